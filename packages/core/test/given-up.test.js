/** What was given up before its function began never begins, however late that is. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { configure, ThreadSensitiveContext } from '@syncbridge/core'
import * as given from './fixtures/given-up.js'
import { Latch, Ledger } from './support/latch.js'

before(() => configure({ pool: { maxThreads: 2 } }))

const newSlow = () => new given.SlowToDecode(new Latch().memory, new Latch().memory)

describe('a call that is given up while its arguments are decoded', () => {
  const inContext = (fn) => new ThreadSensitiveContext().run(fn)
  const places = {
    'on the shared thread': async () => given.note,
    'on the pool': async () => given.noteOnPool,
    'as a function that was a result': () => given.giveNote(),
  }
  for (const [place, functionAt] of Object.entries(places))
    for (const [around, surround] of [
      ['', (fn) => fn()],
      [', in a context', inContext],
    ])
      for (const how of ['abort', 'timeout'])
        test(`never begins ${place}${around} (${how})`, () =>
          surround(async () => {
            const fn = await functionAt()
            const [ledger, slow] = [new Ledger(), newSlow()]
            // By its timeout only after decoding has begun, or else it is given up in line, which is right as well.
            const options = how === 'abort' ? { signal: given.giveUp(slow) } : { timeout: 200 }
            await assert.rejects(fn.with(options)(slow, ledger.memory, 1))
            new Latch(slow.release).open()
            await fn(undefined, ledger.memory, 2)
            assert.deepEqual(ledger.entries, [2])
          }))

  test('never begins as a generator', async () => {
    const [ledger, slow] = [new Ledger(), newSlow()]
    const items = given.noteItems.with({ signal: given.giveUp(slow) })(slow, ledger.memory, 1)
    await assert.rejects(items.next(), /changed my mind/)
    await given.note(undefined, ledger.memory, 2)
    assert.deepEqual(ledger.entries, [2])
  })

  test('never begins on a blocked frame', async () => {
    const [ledger, { entered, release }] = [new Ledger(), newSlow()]
    const told = await given.noteBelow(entered, release, ledger.memory, 1)
    await given.note(undefined, ledger.memory, 2)
    assert.deepEqual([told, ledger.entries], ['changed my mind', [2]])
  })
})

test('async code that is given up while other async code keeps its loop from turning never begins', async () => {
  const ledger = new Ledger()
  const [ready, released] = [0, 1].map(() => [new Latch(), new Latch()])
  const calls = [0, 1].map((index) =>
    given.holdUpFor(
      ready[index].memory,
      ledger.memory,
      index + 1,
      released[index].memory,
      released[1 - index].memory,
    ),
  )
  // Both have come when this loop turns again.
  for (const latch of ready) latch.waitBlocking()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  await Promise.all(calls)
  assert.equal(ledger.entries.length, 1)
})
