import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { QueueFullError } from '@syncbridge/core'
import { holdAndNote, note, where, whereOnPool } from './fixtures/basic.js'
import * as leasing from './fixtures/leasing.js'
import { Latch, Ledger } from './support/latch.js'
import { occupied } from './support/occupied.js'
import { inContext, leasedThreads, limitLeases, openContext } from './support/open-context.js'
import { runFiles } from './support/run-in-process.js'

beforeEach(() =>
  limitLeases({ maxThreads: 1, maxQueue: 1000, leaseTimeout: 30_000, exitTimeout: 5000 }),
)

describe('leasing the one thread there is', () => {
  test('is exclusive: an idle thread of an open context serves nobody else', async () => {
    const ledger = new Ledger()
    const holder = await openContext()
    const stranger = inContext(() => note(ledger.memory, 2))
    await whereOnPool()
    assert.deepEqual(ledger.entries, [])
    await holder.end()
    await stranger
    assert.deepEqual(ledger.entries, [2])
  })

  test('leaves calls outside every context alone, however many contexts wait', async () => {
    const holder = await openContext()
    const stranger = inContext(() => where())
    assert.notEqual(await where(), holder.thread)
    await holder.end()
    await stranger
  })

  test('refuses a context past the waiting line with QueueFullError, and serves the ones in it', async () => {
    limitLeases({ maxQueue: 1 })
    const holder = await openContext()
    const first = inContext(() => where())
    await assert.rejects(
      inContext(() => where()),
      (error) => {
        assert.ok(error instanceof QueueFullError)
        assert.equal(error.code, 'SYNCBRIDGE_QUEUE_FULL')
        assert.match(error.message, /where/)
        assert.match(error.message, /leased\.maxQueue/)
        return true
      },
    )
    await holder.end()
    assert.equal(await first, holder.thread)
  })

  test('refuses a context that waits longer than leaseTimeout, with every call that it has made', async () => {
    limitLeases({ leaseTimeout: 30 })
    const holder = await openContext()
    const ledger = new Ledger()
    const refused = await inContext(() =>
      Promise.allSettled([note(ledger.memory, 1), note(ledger.memory, 2)]),
    )
    for (const { reason } of refused) {
      assert.ok(reason instanceof QueueFullError)
      assert.match(reason.message, /leaseTimeout/)
    }
    await holder.end()
    await inContext(() => where())
    assert.deepEqual(ledger.entries, [])
  })

  test('a context whose calls were all given up in the line takes no thread from the others', async () => {
    const holder = await openContext()
    const reason = new Error('changed my mind')
    const aborter = new AbortController()
    const quitter = inContext(() => where.with({ signal: aborter.signal })())
    const patient = inContext(() => where())
    aborter.abort(reason)
    await assert.rejects(quitter, reason)
    await holder.end()
    assert.equal(await patient, holder.thread)
  })
})

describe('onContextExit', () => {
  test('has cleaned up before the thread serves the next context', async () => {
    const ledger = new Ledger()
    const holder = inContext(() => leasing.noteAtExit(ledger.memory, 1))
    const next = inContext(() => note(ledger.memory, 2))
    assert.equal(await holder, await next)
    assert.deepEqual(ledger.entries, [1, 2])
  })

  test('replaces the thread when one of them fails; the others run, and the failure is a warning', async () => {
    const ledger = new Ledger()
    const warned = new Promise((resolve) => process.once('warning', resolve))
    const thread = await inContext(() => leasing.failAtExit(ledger.memory))
    assert.match((await warned).message, /the rollback failed/)
    assert.notEqual(await inContext(() => where()), thread)
    assert.deepEqual(ledger.entries, [1])
    assert.equal(leasedThreads().length, 1)
  })

  test('replaces the thread when they do not return within exitTimeout', async () => {
    limitLeases({ exitTimeout: 50 })
    const [entered, never] = [new Latch(), new Latch()]
    const thread = await inContext(() => leasing.waitAtExit(entered.memory, never.memory))
    assert.ok(entered.isOpen)
    assert.notEqual(await inContext(() => where()), thread)
  })
})

describe('a threadCritical Local', () => {
  test('stays on the thread from call to call of a context, and is emptied when the thread changes hands', async () => {
    const first = await inContext(async () => {
      const { before, thread } = await leasing.connect('mine')
      assert.equal(before, undefined)
      assert.equal(await leasing.readConnection(), 'mine')
      return thread
    })
    const second = await inContext(() => leasing.connect('theirs'))
    assert.deepEqual(second, { before: undefined, thread: first })
  })

  for (const kind of leasing.kindsOfLeftovers) {
    test(`keeps its values from ${kind} that a past context has left, and what that writes from the present one`, async () => {
      limitLeases({ maxThreads: 1 })
      const latch = new Latch()
      const left = await inContext(() => leasing.leave(kind, latch.memory))
      await inContext(async () => {
        assert.equal((await leasing.connect('mine')).thread, left)
        latch.open()
        let found
        do found = await leasing.seenByLeftovers()
        while (found.seen.length === 0)
        assert.deepEqual(found, { seen: [undefined], left: undefined, name: 'mine' })
      })
      const next = await inContext(() => leasing.seenByLeftovers())
      assert.deepEqual(next, { seen: [], left: undefined, name: undefined })
    })
  }

  test('has its values still when the context ends: in exit functions, and where a generator is closed with it', async () => {
    const ledger = new Ledger()
    await inContext(async () => {
      for await (const _ of leasing.rowsThenClose(ledger.memory)) break
    })
    await inContext(async () => {
      await leasing.noteConnectionAtExit(ledger.memory)
      await leasing.rowsThenClose(ledger.memory).next()
    })
    assert.deepEqual(ledger.entries, [7, 7, 8])
  })

  test('is the thread’s in sync code, in whatever scope of other values it is set', async () => {
    const found = await inContext(() => leasing.connectInScopes())
    assert.deepEqual(found, ['in a scope', 'in a context of values'])
  })
})

describe('a context that ends while its code still runs', () => {
  test('ends at once, and its thread is given to nobody before that code has ended', async () => {
    const ledger = new Ledger()
    const aborter = new AbortController()
    let running
    await inContext(
      async () => {
        running = await occupied(holdAndNote, ledger.memory, 1)
        aborter.abort(new Error('gone'))
        await assert.rejects(running.done, /gone/)
      },
      { signal: aborter.signal },
    )
    const next = inContext(() => note(ledger.memory, 2))
    await whereOnPool()
    assert.deepEqual(ledger.entries, [])
    running.release()
    await next
    assert.deepEqual(ledger.entries, [1, 2])
  })

  test('runs its exit functions after that code, before the next context', async () => {
    const ledger = new Ledger()
    const aborter = new AbortController()
    let running
    await inContext(
      async () => {
        await leasing.noteAtExit(ledger.memory, 2)
        running = await occupied(holdAndNote, ledger.memory, 1)
        aborter.abort(new Error('gone'))
        await assert.rejects(running.done, /gone/)
      },
      { signal: aborter.signal },
    )
    const next = inContext(() => note(ledger.memory, 3))
    running.release()
    await next
    assert.deepEqual(ledger.entries, [1, 2, 3])
  })

  test('waits for a call that nobody awaited before it gives the thread on', async () => {
    const ledger = new Ledger()
    let running
    const first = inContext(async () => {
      running = await occupied(holdAndNote, ledger.memory, 1)
    })
    const next = inContext(() => note(ledger.memory, 2))
    // Any call of another thread's is enough time for the first context to have ended.
    while (!running) await whereOnPool()
    await whereOnPool()
    assert.deepEqual(ledger.entries, [])
    running.release()
    await Promise.all([first, next])
    assert.deepEqual(ledger.entries, [1, 2])
  })

  test('sends a call that nobody awaited, and that still waits in the line, to the shared thread', async (t) => {
    // In a process of its own: the call may never settle.
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
import { configure, stats } from '@syncbridge/core'
import { where } from ${JSON.stringify(new URL('./fixtures/basic.js', import.meta.url).href)}
import { inContext, openContext } from ${JSON.stringify(new URL('./support/open-context.js', import.meta.url).href)}
configure({ leased: { maxThreads: 1 } })
const holder = await openContext()
let left
await inContext(async () => {
  left = where()
})
console.log((await left) === (await where()), (await left) !== holder.thread)
await holder.end()
console.log(stats().queued, stats().calls.pending)`,
    })
    assert.deepEqual({ stdout, late }, { stdout: 'true true\n0 0\n', late: false })
  })
})
