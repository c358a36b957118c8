/** `onContextExit`: async functions, those that fail or never end, and those that come too late. */
import assert from 'node:assert/strict'
import { AsyncResource } from 'node:async_hooks'
import { beforeEach, describe, test } from 'node:test'
import { configure, shutdown } from '@syncbridge/core'
import { where } from './fixtures/basic.js'
import * as exits from './fixtures/exit-functions.js'
import { Latch, Ledger } from './support/latch.js'
import { inContext, leasedThreads, limitLeases } from './support/open-context.js'

beforeEach(() =>
  limitLeases({ maxThreads: 1, maxQueue: 1000, leaseTimeout: 30_000, exitTimeout: 5000 }),
)

/** Where nothing surrounds it, no context either. */
const outside = new AsyncResource('outside')
const nextWarning = () => new Promise((resolve) => process.once('warning', resolve))

describe('an async function given to onContextExit', () => {
  test('has ended before the next context gets the thread', async () => {
    const ledger = new Ledger()
    const first = inContext(() => exits.rollBackLater(ledger.memory))
    const second = inContext(async () => {
      const thread = await exits.begin('B')
      return { thread, ended: ledger.entries, transaction: await exits.current() }
    })
    assert.deepEqual(await second, { thread: await first, ended: [1], transaction: 'B' })
  })

  test('has ended when run resolves', async () => {
    const ledger = new Ledger()
    await inContext(() => exits.noteSlowly(ledger.memory, 1, 2))
    assert.deepEqual(ledger.entries, [1, 2])
  })

  test('has ended before the one that was given before it begins', async () => {
    const ledger = new Ledger()
    await inContext(async () => {
      await exits.noteSlowly(ledger.memory, 3, 4)
      await exits.noteSlowly(ledger.memory, 1, 2)
    })
    assert.deepEqual(ledger.entries, [1, 2, 3, 4])
  })

  test('keeps its thread busy in stats() until it has ended', async () => {
    const [entered, release] = [new Latch(), new Latch()]
    const ended = inContext(() => exits.waitAtExit(entered.memory, release.memory))
    await entered.wait()
    const states = leasedThreads().map(({ state }) => state)
    release.open()
    await ended
    assert.deepEqual([...states, leasedThreads()[0].state], ['busy', 'idle'])
  })

  test('may await calls', async () => {
    const ledger = new Ledger()
    const thread = await inContext(() => exits.callAtExit(ledger.memory))
    assert.equal(ledger.entries.length, 1)
    assert.equal(await inContext(() => where()), thread)
  })
})

test('an async generator that a context leaves unfinished is closed before the next context gets the thread', async () => {
  const ledger = new Ledger()
  const first = inContext(async () => {
    const thread = await where()
    const items = await exits.openAsyncGenerator(ledger.memory)
    assert.deepEqual(await items.next(), { value: 1, done: false })
    return thread
  })
  const second = inContext(async () => {
    const thread = await exits.begin('B')
    return { thread, ended: ledger.entries, transaction: await exits.current() }
  })
  assert.deepEqual(await second, { thread: await first, ended: [1], transaction: 'B' })
})

describe('the thread is replaced, with a warning that has a code, after an exit function that', () => {
  for (const how of exits.failuresAtExit)
    test(how, async () => {
      limitLeases({ maxThreads: 1, exitTimeout: 300 })
      const warned = nextWarning()
      const thread = await inContext(() => exits.failAtExit(how))
      const { code, name, message } = await warned
      assert.deepEqual({ code, name }, { code: 'SYNCBRIDGE_EXIT_FUNCTION', name: 'Warning' })
      assert.match(message, /onContextExit/)
      assert.notEqual(await inContext(() => where()), thread)
      assert.equal(leasedThreads().length, 1)
    })

  test('rejects, and the error is the cause of the warning', async () => {
    const warned = nextWarning()
    await inContext(() => exits.failAtExit('rejects'))
    const { cause, message } = await warned
    assert.equal(cause.message, 'the rollback failed')
    assert.match(message, /Error: the rollback failed/)
  })
})

describe('onContextExit', () => {
  test('is refused in an exit function, also in one that is awaited', async () => {
    await inContext(() => exits.registerInExit())
    assert.deepEqual(await inContext(() => exits.whatWasSaid()), [
      'SYNCBRIDGE_ERROR',
      'SYNCBRIDGE_ERROR',
    ])
  })

  test('is refused in what a context has left running, also while the next context has the thread', async () => {
    for (const isBetween of [true, false]) {
      const go = new Latch()
      await inContext(() => exits.registerLate(go.memory))
      if (isBetween) go.open()
      const said = await inContext(async () => {
        await where()
        go.open()
        let found
        do found = await exits.whatWasSaid()
        while (found.length === 0)
        return found
      })
      assert.deepEqual(said, ['SYNCBRIDGE_ERROR'])
    }
  })

  test('is refused in a function of the thread of another context', async () => {
    limitLeases({ maxThreads: 2 })
    await inContext(async () => {
      const register = await exits.registrar()
      assert.equal(await register(), 'accepted')
      await outside.runInAsyncScope(() =>
        inContext(async () => {
          await where()
          assert.equal(await register(), 'SYNCBRIDGE_ERROR')
        }),
      )
    })
  })

  test('is refused what is no function', async () => {
    await inContext(() => assert.rejects(exits.registerNothing(), /TypeError: onContextExit/))
  })
})

test('onThreadExit is refused in a function that runs as the thread ends', async () => {
  const ledger = new Ledger()
  await exits.registerInThreadExit(ledger.memory)
  await shutdown()
  configure({})
  assert.deepEqual(ledger.entries, [1])
})
