/** Generators that a context leaves open on its thread are closed before its exit functions: docs/lifecycle.md, 'Leases'. */
import assert from 'node:assert/strict'
import { AsyncResource } from 'node:async_hooks'
import { beforeEach, describe, test } from 'node:test'
import { CallTimeoutError } from '@syncbridge/core'
import { where, whereOnPool } from './fixtures/basic.js'
import * as leftOpen from './fixtures/left-open.js'
import { Latch, Ledger } from './support/latch.js'
import { inContext, limitLeases } from './support/open-context.js'

const outside = new AsyncResource('outside')

beforeEach(() => limitLeases({ maxThreads: 1, exitTimeout: 5000 }))

/** A generator of the context that has given its first item. */
async function opened(make, ledger, number, options = {}, ...more) {
  const items = await make.with(options)(ledger.memory, number, ...more)
  await items.next()
  return items
}

/** The context aborts between two items; the reader learns it with the next one. */
async function abortedBetween(make, ledger) {
  const aborter = new AbortController()
  const reading = inContext(
    async () => {
      const first = await opened(make, ledger, 1)
      await opened(make, ledger, 2)
      aborter.abort(new Error('gone'))
      for await (const _ of first);
    },
    { signal: aborter.signal },
  )
  await assert.rejects(reading, /gone/)
}

describe('what a context leaves open is closed before its exit functions, last one first', () => {
  test('where nobody goes on with it', async () => {
    const ledger = new Ledger()
    await inContext(async () => {
      for (const number of [1, 2, 3]) await opened(leftOpen.rows, ledger, number)
    })
    assert.deepEqual(ledger.entries, [3, 2, 1, 13, 12, 11])
  })

  test('where the context is aborted between two items', async () => {
    const ledger = new Ledger()
    await abortedBetween(leftOpen.rows, ledger)
    assert.deepEqual(ledger.entries, [2, 1, 12, 11])
  })

  test('where the context times out between two items', async () => {
    const ledger = new Ledger()
    const reading = inContext(
      async (context) => {
        const items = await opened(leftOpen.rows, ledger, 1)
        while (!context.signal.aborted) await new Promise(setImmediate)
        for await (const _ of items);
      },
      { timeout: 500 },
    )
    await assert.rejects(reading, CallTimeoutError)
    assert.deepEqual(ledger.entries, [1, 11])
  })

  test('where its own signal aborts between two items', async () => {
    const ledger = new Ledger()
    const aborter = new AbortController()
    await inContext(async () => {
      await opened(leftOpen.rows, ledger, 1, { signal: aborter.signal })
      aborter.abort()
    })
    assert.deepEqual(ledger.entries, [1, 11])
  })

  test('where it is given up in the middle of an item', async () => {
    const ledger = new Ledger()
    const [entered, release] = [new Latch(), new Latch()]
    const aborter = new AbortController()
    const reading = inContext(
      async () => {
        const items = leftOpen.slowRows(ledger.memory, 1, entered.memory, release.memory)
        await items.next()
        void entered.wait().then(() => aborter.abort(new Error('gone')))
        await items.next()
      },
      { signal: aborter.signal },
    )
    await assert.rejects(reading, /gone/)
    release.open()
    await inContext(() => where())
    assert.deepEqual(ledger.entries, [1, 11])
  })

  for (const [how, leave] of [
    ['left', (ledger) => inContext(() => opened(leftOpen.asyncRows, ledger, 1))],
    ['aborted', async (ledger) => abortedBetween(leftOpen.asyncRows, ledger)],
  ])
    test(`where it is async and ${how}, and its finally takes a while`, async () => {
      const ledger = new Ledger()
      await leave(ledger)
      assert.deepEqual(ledger.entries, how === 'left' ? [1, 11] : [2, 1, 12, 11])
    })

  test('where it is async and is being closed already', async () => {
    const ledger = new Ledger()
    const [entered, release] = [new Latch(), new Latch()]
    const latches = [entered.memory, release.memory]
    const aborter = new AbortController()
    const ended = inContext(
      async () => {
        const items = await opened(leftOpen.asyncRows, ledger, 1, {}, ...latches)
        aborter.abort(new Error('gone'))
        await assert.rejects(items.next(), /gone/)
        await entered.wait()
      },
      { signal: aborter.signal },
    )
    await entered.wait()
    // Time enough for the exit function.
    for (let call = 0; call < 5; call += 1) await whereOnPool()
    release.open()
    await ended
    assert.deepEqual(ledger.entries, [1, 11])
  })

  test('where a function of the thread gave it, called outside the context', async () => {
    const ledger = new Ledger()
    await inContext(async () => {
      const read = await leftOpen.reader(ledger.memory, 1)
      await outside.runInAsyncScope(async () => (await read()).next())
    })
    assert.deepEqual(ledger.entries, [1, 11])
  })

  test('where code of the thread lent it to a call that has not ended', async () => {
    const ledger = new Ledger()
    const [entered, release] = [new Latch(), new Latch()]
    await inContext(async () => {
      await leftOpen.lend(ledger.memory, 1, entered.memory, release.memory)
      await entered.wait()
    })
    assert.deepEqual(ledger.entries, [1, 11])
    release.open()
  })
})

test('a generator that is let go in an open context is closed with the threadCritical values of that context', async () => {
  const ledger = new Ledger()
  const aborter = new AbortController()
  await inContext(async () => {
    await opened(leftOpen.rows, ledger, 1, { signal: aborter.signal })
    aborter.abort()
    while (ledger.entries.length === 0) await where()
    assert.deepEqual(ledger.entries, [1])
  })
})

describe('a generator that fails as its context closes it', () => {
  test('keeps nothing else from being closed; each failure is a warning, and the thread is replaced', async () => {
    const ledger = new Ledger()
    const warnings = []
    const note = (warning) => warnings.push(warning)
    process.on('warning', note)
    try {
      const thread = await inContext(async () => {
        await opened(leftOpen.failing, ledger, 1)
        await opened(leftOpen.rows, ledger, 2)
        await opened(leftOpen.failing, ledger, 3)
        return where()
      })
      assert.notEqual(await inContext(() => where()), thread)
    } finally {
      process.off('warning', note)
    }
    assert.deepEqual(ledger.entries, [2, 13, 12, 11])
    assert.deepEqual(
      warnings.map(({ code, cause }) => [code, cause.message]),
      [3, 1].map((number) => ['SYNCBRIDGE_EXIT_FUNCTION', `rollback ${number} failed`]),
    )
  })

  test('by never ending has its thread replaced after exitTimeout', async () => {
    limitLeases({ maxThreads: 1, exitTimeout: 300 })
    const ledger = new Ledger()
    const warned = new Promise((resolve) => process.once('warning', resolve))
    const thread = await inContext(async () => {
      await opened(leftOpen.endless, ledger, 1)
      return where()
    })
    assert.equal((await warned).code, 'SYNCBRIDGE_EXIT_FUNCTION')
    assert.notEqual(await inContext(() => where()), thread)
    assert.deepEqual(ledger.entries, [])
  })
})
