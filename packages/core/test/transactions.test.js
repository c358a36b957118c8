import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configure, shutdown, ThreadSensitiveContext } from '@syncbridge/core'
import { readEntry, STEPS, transact } from './fixtures/transactions.js'

const TIMES = 500
const OWNERS = [1, 2]

const inContext = (fn) => new ThreadSensitiveContext().run(fn)

/** Each owner's transactions one after the other, the owners at the same time. */
async function transactAll(perOwner) {
  const ledger = new SharedArrayBuffer(4 * (1 + OWNERS.length * TIMES * STEPS))
  const kept = await Promise.all(OWNERS.map((owner) => perOwner(ledger, owner)))
  const entries = [...new Int32Array(ledger)].slice(1).map(readEntry)
  assert.equal(entries.length, OWNERS.length * TIMES * STEPS)
  return {
    kept: kept.flat().filter(Boolean).length,
    mixed: transactionsMixed(entries),
    threads: OWNERS.map((owner) => new Set(threadsOf(entries, owner)).size),
    shared: threadsOf(entries, 1).some((thread) => threadsOf(entries, 2).includes(thread)),
  }
}

async function repeat(fn) {
  const results = []
  for (let time = 0; time < TIMES; time += 1) results.push(await fn())
  return results
}

const threadsOf = (entries, owner) =>
  entries.filter((entry) => entry.owner === owner).map(({ thread }) => thread)

/** How many transactions had another one's step among their own, on the same thread. */
function transactionsMixed(entries) {
  let mixed = 0
  for (const thread of new Set(entries.map((entry) => entry.thread))) {
    const own = entries.filter((entry) => entry.thread === thread)
    for (const [index, { owner, step }] of own.entries()) {
      if (step !== 0) continue
      const steps = own.slice(index, index + STEPS)
      if (!steps.every((next, place) => next.owner === owner && next.step === place)) mixed += 1
    }
  }
  return mixed
}

describe('two contexts that each run a four-call transaction 500 times, at the same time,', () => {
  test('never interleave on one thread', async () => {
    const { kept, mixed, threads, shared } = await transactAll((ledger, owner) =>
      inContext(() => repeat(() => transact(ledger, owner))),
    )
    assert.deepEqual({ kept, mixed }, { kept: 1000, mixed: 0 })
    assert.deepEqual(threads, [1, 1])
    assert.equal(shared, false)
  })

  test('with a context for each transaction, never interleave on one thread', async () => {
    const { kept, mixed } = await transactAll((ledger, owner) =>
      repeat(() => inContext(() => transact(ledger, owner))),
    )
    assert.deepEqual({ kept, mixed }, { kept: 1000, mixed: 0 })
  })

  test('never interleave on the one thread there is', async () => {
    // The threads that there are would stay.
    await shutdown()
    configure({ leased: { maxThreads: 1 } })
    const { kept, mixed, shared } = await transactAll((ledger, owner) =>
      repeat(() => inContext(() => transact(ledger, owner))),
    )
    assert.deepEqual({ kept, mixed, shared }, { kept: 1000, mixed: 0, shared: true })
  })
})

describe('the same without a context', () => {
  test('interleave on the one sync thread', async () => {
    const { kept, mixed, shared } = await transactAll((ledger, owner) =>
      repeat(() => transact(ledger, owner)),
    )
    assert.equal(shared, true)
    assert.ok(mixed > 0, 'no transaction was mixed with another one')
    assert.ok(kept < 1000, 'every transaction had the thread to itself')
  })
})
