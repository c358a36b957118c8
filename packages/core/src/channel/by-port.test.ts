/** What is not plain: parcels and their notices, and what comes of a message whose values were lost on the way. */
import { afterEach, describe, expect, test } from 'vitest'
import { assertHeadroom } from '../codec/headroom.js'
import type { Message } from '../protocol.js'
import { bothEnds, callOf, closeEnds, outcomeOf, resultIn } from './both-ends.fixture.js'

afterEach(closeEnds)

const date = new Date(0)
/** Deeper than any stack is: structured clone writes it on a thread with more, and can't read it here. */
function unreadable(): unknown {
  let value: unknown = date
  for (let level = 0; level < 1200; level += 1) value = [value]
  return value
}
/** What reads it stands near the end of its stack. */
function withLittleStack<T>(act: () => T): T {
  let result: T | undefined
  let isDone = false
  const descend = (): void => {
    try {
      descend()
    } catch {
      // On the way back until it works.
    }
    if (isDone) return
    try {
      // As every blocking call does.
      assertHeadroom(100)
      result = act()
      isDone = true
    } catch {
      // Not yet.
    }
  }
  descend()
  return result as T
}

describe('what a getter posts while its message is cloned', () => {
  for (const inner of [1, date])
    for (const isBehind of [true, false])
      test(`arrives before it (${typeof inner}, ${isBehind ? 'behind' : 'before'} a Date)`, () => {
        const { writer, reader, errors } = bothEnds()
        let posted = 1
        const value = {
          ...(isBehind && { date }),
          get total() {
            posted += 1
            writer.post(outcomeOf(posted, inner))
            return posted
          },
          ...(!isBehind && { other: date }),
        }
        const hasDate = Object.defineProperties(
          {},
          { ...Object.getOwnPropertyDescriptors(value), last: { value: date, enumerable: true } },
        )
        writer.post(outcomeOf(1, hasDate))
        writer.post(outcomeOf(100, 'after'))
        const ids: number[] = []
        for (let message = reader.take(); message; message = reader.take())
          if (message.kind === 'outcome') ids.push(message.id)
        expect(ids.at(-1)).toBe(100)
        expect(ids.at(-2)).toBe(1)
        expect(new Set(ids).size).toBe(ids.length)
        expect(errors).toEqual([])
      })
})

describe('a message whose values can’t be read', () => {
  const taken = (message: Message) => {
    const { writer, reader, errors } = bothEnds()
    writer.post(message)
    writer.post(outcomeOf(7, 'next'))
    const first = withLittleStack(() => reader.take())
    expect(resultIn(reader.take())).toBe('next')
    expect(errors).toEqual([])
    expect(reader.hasNews()).toBe(false)
    return first
  }

  test('is an outcome that says so', () => {
    const message = taken(outcomeOf(5, unreadable()))
    expect(message).toMatchObject({ kind: 'outcome', id: 5, outcome: { ok: false } })
    expect(JSON.stringify(message)).toContain('were lost between two threads')
  })

  test('is a call whose arguments are an error to whoever decodes them', () => {
    const message = taken(callOf(5, { argument: unreadable() }))
    expect(message).toMatchObject({
      kind: 'call',
      id: 5,
      target: { by: 'thread' },
      request: { ref: { name: 'f0' }, args: { marks: [[0, 'lost']] } },
    })
  })

  test('is an abort without its reason', () => {
    const abort = {
      kind: 'abort',
      to: '0/1',
      from: '0',
      id: 5,
      told: true,
      urgency: 'abort',
    } as const
    const message = taken({ ...abort, reason: { value: [unreadable()] } })
    expect(message).toMatchObject(abort)
  })

  test('of a context that could not be cleaned up still says that', () => {
    const cleaned = { kind: 'cleaned', to: '0/1', from: '0', context: '0:1' } as const
    expect(taken({ ...cleaned, error: { value: [unreadable()] } })).toHaveProperty('error.value')
  })
})

test('messages by port keep their places where the ring has no room for their notices', () => {
  const { writer, reader, errors } = bothEnds()
  const long = 'x'.repeat(1_000_000)
  const values: unknown[] = [long, date, long, date, long, date, long, date, long, 1, date, 2]
  for (const [id, value] of values.entries()) writer.post(outcomeOf(id + 1, value))
  const arrived: unknown[] = []
  for (let message = reader.take(); message; message = reader.take())
    arrived.push(resultIn(message))
  expect(arrived).toEqual(values)
  expect(errors).toEqual([])
})
