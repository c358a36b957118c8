import { expect, test } from 'vitest'
import type { Alarms } from '../cancellation/alarms.js'
import type { Thread } from '../thread/thread.js'
import type { Death } from './death.js'
import { FailedStarts } from './failed-starts.js'

test('the pause is over when its alarm rings, also where the timer was a moment early', () => {
  let ring = (): void => undefined
  const alarms = {
    after(_ms: number, fn: () => void) {
      ring = fn
      return () => undefined
    },
  } as unknown as Alarms
  const found: unknown[] = []
  const starts = new FailedStarts(alarms, () => found.push(starts.pause('pool')))
  for (let failure = 0; failure < 2; failure += 1) {
    const thread = { hasFailedToStart: true, hasWorked: false, state: 'gone' } as unknown as Thread
    starts.started('pool', thread)
    starts.ended(thread, { exitCode: 1 } as unknown as Death)
  }
  expect(starts.pause('pool')).toMatchObject({ state: 'paused' })
  ring()
  expect(found).toEqual([undefined])
})
