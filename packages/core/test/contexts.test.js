import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { threadId } from 'node:worker_threads'
import {
  CallTimeoutError,
  onContextExit,
  SyncBridgeError,
  stats,
  ThreadSensitiveContext,
} from '@syncbridge/core'
import { hold, holdAndNote, note, where, whereOnPool } from './fixtures/basic.js'
import * as leasing from './fixtures/leasing.js'
import { Latch, Ledger } from './support/latch.js'
import { inContext, leasedThreads, limitLeases, openContext } from './support/open-context.js'

beforeEach(() =>
  limitLeases({ maxThreads: 2, maxQueue: 1000, leaseTimeout: 30_000, exitTimeout: 5000 }),
)

describe('a context', () => {
  test('has one thread for all its thread-sensitive calls, also for calls at once', async () => {
    const threads = await inContext(async () => [
      await where(),
      ...(await Promise.all([where(), where(), where()])),
    ])
    assert.equal(new Set(threads).size, 1)
    assert.notEqual(threads[0], threadId)
  })

  test('has a thread apart from that of another open context and from the shared one', async () => {
    const other = await openContext()
    const thread = await inContext(() => where())
    assert.equal(new Set([thread, other.thread, await where(), threadId]).size, 4)
    await other.end()
  })

  test('leases no thread before its first thread-sensitive call', async () => {
    const holders = [await openContext(), await openContext()]
    const before = stats().threads.length
    assert.equal(await inContext(() => whereOnPool().then(() => 'done')), 'done')
    assert.equal(leasedThreads().length, 2)
    assert.ok(stats().threads.length <= before + 1)
    for (const holder of holders) await holder.end()
  })

  test('gives its thread back, and the next one gets it without starting another', async () => {
    const first = await inContext(() => where())
    const before = stats().threads.length
    assert.equal(await inContext(() => where()), first)
    assert.equal(stats().threads.length, before)
  })

  test('returns what its function returns, and throws what it throws', async () => {
    assert.equal(await inContext(() => 'value'), 'value')
    await assert.rejects(
      inContext(() => {
        throw new RangeError('at once')
      }),
      new RangeError('at once'),
    )
    await assert.rejects(
      inContext(async () => {
        await where()
        throw new RangeError('later')
      }),
      new RangeError('later'),
    )
  })

  test('inside another is the other one', async () => {
    const outer = new ThreadSensitiveContext()
    await outer.run(async (given) => {
      assert.equal(given, outer)
      assert.equal(ThreadSensitiveContext.current(), outer)
      const thread = await where()
      await inContext(async (inner) => {
        assert.equal(inner, outer)
        assert.equal(await where(), thread)
      })
      assert.equal(await where(), thread, 'the end of the inner one ended nothing')
      assert.equal(ThreadSensitiveContext.current(), outer)
    })
    assert.equal(ThreadSensitiveContext.current(), undefined)
  })

  test('is not the current one in code that is outside', async () => {
    const other = await openContext()
    assert.equal(ThreadSensitiveContext.current(), undefined)
    await other.end()
  })

  test('starts with the values around it and keeps its own to itself', async () => {
    leasing.request.id = 'outside'
    await inContext(async () => {
      assert.equal(leasing.request.id, 'outside')
      leasing.request.id = 'inside'
      assert.deepEqual(await leasing.readRequest(), { id: 'inside' })
    })
    assert.equal(leasing.request.id, 'outside')
    delete leasing.request.id
  })

  test('refuses an option that it does not know', () => {
    assert.throws(() => new ThreadSensitiveContext({ timeOut: 5 }), /TypeError.*'timeOut'/)
    assert.throws(() => new ThreadSensitiveContext({ timeout: -1 }), /TypeError.*timeout/)
  })
})

describe('leasing', () => {
  test('keeps to the limit, and lets further contexts wait in order', async () => {
    const [one, two] = [await openContext(), await openContext()]
    const ledger = new Ledger()
    const waiting = [3, 4, 5].map((entry) => inContext(() => note(ledger.memory, entry)))
    await whereOnPool()
    assert.deepEqual(ledger.entries, [])
    assert.equal(leasedThreads().length, 2)
    assert.equal(stats().queued, 3)
    await one.end()
    const threads = await Promise.all(waiting)
    assert.deepEqual(ledger.entries, [3, 4, 5])
    assert.deepEqual([...new Set(threads)], [one.thread])
    await two.end()
  })

  test('keeps to a limit that has been lowered since its threads were started', async () => {
    await Promise.all([inContext(() => where()), inContext(() => where())])
    const before = leasedThreads().length
    limitLeases({ maxThreads: 1 })
    const ledger = new Ledger()
    const holder = await openContext()
    const second = inContext(() => note(ledger.memory, 2))
    await whereOnPool()
    const early = ledger.entries
    await holder.end()
    await second
    assert.deepEqual({ before, early }, { before: 2, early: [] })
  })

  test('two hundred contexts at once are all served by the few threads', async () => {
    const ledger = new Ledger()
    const threads = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        inContext(async () => {
          const first = await where()
          assert.equal(await note(ledger.memory, index), first)
          return first
        }),
      ),
    )
    assert.equal(new Set(ledger.entries).size, 200)
    assert.ok(new Set(threads).size <= 2)
  })
})

describe('onContextExit', () => {
  test('runs its functions in reverse order, on the thread of the context', async () => {
    const ledger = new Ledger()
    const threads = new Ledger()
    const thread = await inContext(async () => {
      await leasing.noteThreadAtExit(threads.memory)
      await leasing.noteAtExit(ledger.memory, 1, 2)
      await leasing.noteAtExit(ledger.memory, 3)
      assert.deepEqual(ledger.entries, [])
      return where()
    })
    await inContext(() => where())
    assert.deepEqual(ledger.entries, [3, 2, 1])
    assert.deepEqual(threads.entries, [thread])
  })

  test('runs them also when the context fails, and only once', async () => {
    const ledger = new Ledger()
    const failure = new Error('the request failed')
    await assert.rejects(
      inContext(async () => {
        await leasing.noteAtExit(ledger.memory, 1)
        throw failure
      }),
      failure,
    )
    await inContext(() => where())
    await inContext(() => where())
    assert.deepEqual(ledger.entries, [1])
  })

  test('runs them when the outermost context ends, not at the end of one inside it', async () => {
    const ledger = new Ledger()
    await inContext(async () => {
      await inContext(() => leasing.noteAtExit(ledger.memory, 1))
      await note(ledger.memory, 2)
    })
    await inContext(() => where())
    assert.deepEqual(ledger.entries, [2, 1])
  })

  test('may clean up through async code of the loop', async () => {
    const ledger = new Ledger()
    await inContext(() => leasing.closeAsyncAtExit(ledger.memory))
    await inContext(() => where())
    assert.deepEqual(ledger.entries, [9])
  })

  test('is refused where no context leases the thread', async () => {
    const refusal = (error) => {
      assert.ok(error instanceof SyncBridgeError)
      assert.match(error.message, /onContextExit/)
      return true
    }
    assert.throws(() => onContextExit(() => {}), refusal)
    await assert.rejects(leasing.exitHookHere(), refusal)
    await inContext(async () => {
      assert.throws(() => onContextExit(() => {}), refusal)
      await assert.rejects(leasing.exitHookOnPool(), refusal)
    })
  })
})

describe('the signal of a context', () => {
  test('aborts at the timeout with CallTimeoutError and releases the running call at once', async () => {
    const ledger = new Ledger()
    const [entered, release] = [new Latch(), new Latch()]
    await inContext(
      async (context) => {
        await assert.rejects(
          holdAndNote(entered.memory, release.memory, ledger.memory, 1),
          (error) => error instanceof CallTimeoutError && error === context.signal.reason,
        )
        assert.ok(context.signal.aborted)
      },
      { timeout: 150 },
    )
    assert.deepEqual(ledger.entries, [])
    release.open()
  })

  test('aborts with the given signal, and calls that are running or queued reject with its reason', async () => {
    const ledger = new Ledger()
    const aborter = new AbortController()
    const reason = new Error('the client went away')
    const [entered, release] = [new Latch(), new Latch()]
    await inContext(
      async (context) => {
        const calls = [hold(entered.memory, release.memory), note(ledger.memory, 1)]
        await entered.wait()
        aborter.abort(reason)
        assert.equal(context.signal.reason, reason)
        for (const { reason: got } of await Promise.allSettled(calls)) assert.equal(got, reason)
        release.open()
        await where()
      },
      { signal: aborter.signal },
    )
    assert.deepEqual(ledger.entries, [])
  })

  test('that had aborted before keeps the function from being called', async () => {
    const reason = new Error('too late')
    let called = false
    const context = new ThreadSensitiveContext({ signal: AbortSignal.abort(reason) })
    await assert.rejects(
      context.run(() => {
        called = true
      }),
      reason,
    )
    assert.equal(called, false)
    assert.equal(context.signal.reason, reason)
  })

  test('does not abort after the context has ended', async () => {
    const aborter = new AbortController()
    const context = new ThreadSensitiveContext({ signal: aborter.signal, timeout: 20 })
    await context.run(() => where())
    aborter.abort()
    assert.equal(context.signal.aborted, false)
  })

  test('may be given by a function, which is asked for it only when somebody looks', async () => {
    const aborter = new AbortController()
    const asked = []
    const signal = () => {
      asked.push('signal')
      return aborter.signal
    }
    await inContext(() => 'without a call', { signal })
    assert.deepEqual(asked, [])
    await inContext(() => where(), { signal })
    assert.deepEqual(asked, ['signal'])
    const context = new ThreadSensitiveContext({ signal })
    await context.run(() => {
      assert.equal(context.signal.aborted, false)
      aborter.abort('enough')
      assert.equal(context.signal.reason, 'enough')
    })
    assert.deepEqual(asked, ['signal', 'signal'])
  })

  test('given by a function and aborted meanwhile refuses the first call', async () => {
    const reason = new Error('gone')
    await inContext(() => assert.rejects(where(), reason), {
      signal: () => AbortSignal.abort(reason),
    })
  })

  test('aborts by its timeout counted from run, however late somebody looks', async () => {
    const timeout = 40
    await inContext(
      async (context) => {
        // Its time runs already.
        const begin = performance.now()
        while (performance.now() - begin <= timeout) await new Promise(setImmediate)
        assert.ok(context.signal.aborted)
        await assert.rejects(where(), CallTimeoutError)
      },
      { timeout },
    )
  })

  test('aborts both of two runs of one context, whichever looks', async () => {
    const context = new ThreadSensitiveContext({ timeout: 40 })
    const [entered, release] = [new Latch(), new Latch()]
    await Promise.all([
      context.run(async () => {
        await assert.rejects(hold(entered.memory, release.memory), CallTimeoutError)
        release.open()
      }),
      context.run(
        () => new Promise((resolve) => context.signal.addEventListener('abort', resolve)),
      ),
    ])
  })
})
