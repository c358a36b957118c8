import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  asyncToSync,
  CallTimeoutError,
  callSignal,
  configure,
  syncToAsync,
  ThreadSensitiveContext,
} from '@syncbridge/core'
import * as aborts from './fixtures/aborts.js'
import * as basic from './fixtures/basic.js'
import { read, request, write } from './fixtures/locals.js'
import { asItsTimePasses } from './support/as-its-time-passes.js'
import { mostFor, timeOfPlainThread, within } from './support/floor.js'
import { Latch, Ledger } from './support/latch.js'
import { occupied } from './support/occupied.js'
import { runFiles } from './support/run-in-process.js'

const {
  add,
  addOnPool,
  hold,
  holdAndNote,
  holdAndNoteOnPool,
  holdOnPool,
  note,
  noteOnPool,
  where,
} = basic
const reason = new Error('the client went away')
/** By an executor that never answers. */
const byExecutor = syncToAsync(() => 1, {
  threadSensitive: false,
  executor: { submit: () => new Promise(() => {}) },
})

function timedOut(error) {
  assert.ok(error instanceof CallTimeoutError, String(error))
  assert.equal(error.code, 'SYNCBRIDGE_CALL_TIMEOUT')
  return true
}

before(() => configure({ pool: { maxThreads: 1 }, leased: { maxThreads: 1 } }))

describe('an abort of a queued call', () => {
  const places = [
    ['the shared thread', hold, note, (fn) => fn()],
    ['the pool', holdOnPool, noteOnPool, (fn) => fn()],
    ['a leased thread', hold, note, (fn) => new ThreadSensitiveContext().run(fn)],
  ]
  for (const [place, holder, noter, around] of places) {
    test(`rejects it at once with the reason, and it never runs (${place})`, async () => {
      const ledger = new Ledger()
      await around(async () => {
        const first = await occupied(holder)
        const aborter = new AbortController()
        const queued = noter.with({ signal: aborter.signal })(ledger.memory, 1)
        const behind = noter(ledger.memory, 2)
        aborter.abort(reason)
        await assert.rejects(queued, (error) => error === reason)
        first.release()
        await Promise.all([first.done, behind])
      })
      assert.deepEqual(ledger.entries, [2])
    })
  }

  test('that waits for a lease takes it out of the line', async () => {
    const ledger = new Ledger()
    const [entered, release] = [new Latch(), new Latch()]
    const holder = new ThreadSensitiveContext().run(() => hold(entered.memory, release.memory))
    await entered.wait()
    const aborter = new AbortController()
    const waiting = new ThreadSensitiveContext().run(() =>
      note.with({ signal: aborter.signal })(ledger.memory, 1),
    )
    // Its callback runs in a later turn than `run`.
    await new Promise(setImmediate)
    aborter.abort(reason)
    await assert.rejects(waiting, (error) => error === reason)
    release.open()
    await holder
    assert.deepEqual(ledger.entries, [])
  })

  test('before the call keeps it from being sent', async () => {
    const ledger = new Ledger()
    await assert.rejects(
      note.with({ signal: AbortSignal.abort(reason) })(ledger.memory, 1),
      (error) => error === reason,
    )
    await where()
    assert.deepEqual(ledger.entries, [])
  })

  test('while its module is being loaded keeps it from running', async (t) => {
    const files = {
      'main.mjs': `
import { note } from './late.mjs'
const shared = new SharedArrayBuffer(4)
const aborter = new AbortController()
const call = note.with({ signal: aborter.signal })(shared)
const next = note(shared)
aborter.abort(new Error('changed my mind'))
await call.catch((error) => console.log(error.message))
await next
console.log(new Int32Array(shared)[0])`,
      'late.mjs': `
import { syncToAsync } from '@syncbridge/core'
export const note = syncToAsync((shared) => { Atomics.add(new Int32Array(shared), 0, 1) })`,
    }
    const { stdout, late } = await runFiles(t, files)
    assert.deepEqual({ stdout, late }, { stdout: 'changed my mind\n1\n', late: false })
  })

  test('releases its caller at once although the thread in between runs sync code', () => {
    const ledger = new Ledger()
    const [entered, release] = [new Latch(), new Latch()]
    // Blocked here, the main thread runs the code that holds on its frame; what the loop thread asks of the pool lies unread. That code
    // is let go of only when the other call has been released, and throws where it waits for that in vain.
    assert.equal(aborts.giveUpBehind(entered.memory, release.memory, ledger.memory), 'enough')
  })

  test('after it has answered does nothing', async () => {
    const aborter = new AbortController()
    assert.equal(await add.with({ signal: aborter.signal })(1, 2), 3)
    aborter.abort(reason)
    assert.equal(await add(2, 3), 5)
  })
})

describe('an abort of running sync code', () => {
  for (const [place, holder, noter] of [
    ['the shared thread', holdAndNote, note],
    ['the pool', holdAndNoteOnPool, noteOnPool],
  ]) {
    test(`releases the caller at once; the code runs to its end, and the thread is given to nobody before (${place})`, async () => {
      const ledger = new Ledger()
      const aborter = new AbortController()
      const running = await occupied(holder.with({ signal: aborter.signal }), ledger.memory, 1)
      const next = noter(ledger.memory, 2)
      aborter.abort(reason)
      await assert.rejects(running.done, (error) => error === reason)
      assert.deepEqual(ledger.entries, [])
      running.release()
      await next
      assert.deepEqual(ledger.entries, [1, 2])
    })
  }

  test('drops its result: the next call gets its own', async () => {
    const aborter = new AbortController()
    const running = await occupied(hold.with({ signal: aborter.signal }))
    aborter.abort(reason)
    await assert.rejects(running.done)
    const next = add(20, 22)
    running.release()
    assert.equal(await next, 42)
  })

  test('with any reason at all rejects with that very reason', async () => {
    for (const odd of ['text', 7, Symbol('odd'), { toString: null }]) {
      const aborter = new AbortController()
      const running = await occupied(hold.with({ signal: aborter.signal }))
      aborter.abort(odd)
      await assert.rejects(running.done, (error) => error === odd)
      running.release()
    }
    assert.equal(await add(1, 1), 2)
  })
})

describe('an abort of sync code that is blocked in asyncToSync', () => {
  const start = async (fn, ...more) => {
    const entered = new Latch()
    const aborter = new AbortController()
    const call = fn.with({ signal: aborter.signal })(entered.memory, ...more)
    call.catch(() => {})
    await Promise.race([entered.wait(), call])
    return { call, abort: () => aborter.abort(reason) }
  }

  test('reaches the callSignal of the async function, whose rejection goes through the sync code’s finally', async () => {
    const ledger = new Ledger()
    const { call, abort } = await start(aborts.withFinally, ledger.memory)
    abort()
    await assert.rejects(call, /the client went away/)
    assert.deepEqual(ledger.entries, [1])
  })

  test('leaves the outcome to the sync code: what it returns after a catch is the result', async () => {
    const { call, abort } = await start(aborts.catching)
    abort()
    assert.equal(await call, 'cleaned up after Error: the client went away')
  })

  test('leaves the outcome to the async function: a result in spite of it wins', async () => {
    const { call, abort } = await start(aborts.swallowing)
    abort()
    assert.equal(await call, 'the result')
  })

  test('is there to be read from the signal later on', async () => {
    const go = new Latch()
    const { call, abort } = await start(aborts.lookingLater, go.memory)
    abort()
    go.open()
    assert.deepEqual(await call, { aborted: true, reason: 'Error: the client went away' })
  })

  test('reaches the bottom of a nest whose code hands the signal on', async () => {
    const { call, abort } = await start(aborts.deep)
    abort()
    await assert.rejects(call, /the client went away/)
  })

  test('arrives while the thread runs sync code below, and that code is not cut short', async () => {
    const ledger = new Ledger()
    const release = new Latch()
    const { call, abort } = await start(aborts.workingBelow, release.memory, ledger.memory)
    abort()
    release.open()
    await assert.rejects(call, /the client went away/)
    assert.deepEqual(ledger.entries, [1])
  })

  test('leaves the thread in order for the next call', async () => {
    const { call, abort } = await start(aborts.catching)
    abort()
    await call
    assert.equal(await add(1, 2), 3)
    const next = await start(aborts.swallowing)
    next.abort()
    assert.equal(await next.call, 'the result')
  })

  test('by the timeout of its context works in the same way', async () => {
    const entered = new Latch()
    const result = await new ThreadSensitiveContext({ timeout: 500 }).run(() =>
      aborts.catching(entered.memory),
    )
    assert.match(result, /^cleaned up after CallTimeoutError/)
  })
})

describe('a signal of a class that knows no reasons', () => {
  class OldSignal extends EventTarget {
    aborted = false
    abort() {
      this.aborted = true
      this.dispatchEvent(new Event('abort'))
    }
  }
  const isAbort = (error) => error instanceof DOMException && error.name === 'AbortError'
  const ways = {
    'an awaited call': (signal) => basic.add.with({ signal })(1, 2),
    'a blocking call': async (signal) => basic.greet.with({ signal })('you'),
    'a call by an executor': (signal) => byExecutor.with({ signal })(),
    'a context': (signal) => new ThreadSensitiveContext({ signal }).run(() => basic.add(1, 2)),
  }
  for (const [what, call] of Object.entries(ways))
    test(`gives up ${what} before it begins, with an AbortError`, async () => {
      const signal = new OldSignal()
      signal.abort()
      await assert.rejects(call(signal), isAbort)
    })

  test('gives up what waits, with an AbortError', async () => {
    const signal = new OldSignal()
    const holding = await occupied(hold)
    const call = basic.add.with({ signal })(1, 2)
    const submitted = byExecutor.with({ signal })()
    signal.abort()
    await Promise.all([call, submitted].map((given) => assert.rejects(given, isAbort)))
    holding.release()
    await holding.done
  })

  test('is one like any other where it does not abort', async () => {
    assert.equal(await basic.add.with({ signal: new OldSignal() })(1, 2), 3)
    assert.match(basic.greet.with({ signal: new OldSignal() })('you'), /^hello you/)
  })
})

describe('callSignal', () => {
  test('is undefined outside every call, and a signal that has not aborted inside', async () => {
    assert.equal(callSignal(), undefined)
    assert.deepEqual(await aborts.signalHere(), [true, false])
  })
})

describe('a timeout', () => {
  test('says which function, with which thread, after how long, and what to do', async () => {
    const holding = await occupied(basic.hold)
    const error = await basic.add
      .with({ timeout: 20 })(1, 2)
      .catch((reason) => reason)
    holding.release()
    const thread = `0/\\d+`
    assert.match(
      error.message,
      new RegExp(
        `^add \\(.*\\) did not finish within its timeout of 20 ms, queueing included: it was in line for thread ${thread}, and will not run\\. Give it more time\\.$`,
      ),
    )
    assert.match(error.thread, new RegExp(`^${thread}$`))
    await holding.done

    const [entered, release] = [new Latch(), new Latch()]
    const running = await hold
      .with({ timeout: 200 })(entered.memory, release.memory)
      .catch((reason) => reason)
    assert.ok(entered.isOpen)
    release.open()
    assert.match(running.message, new RegExp(`: it was with thread ${thread}\\. .*onAbort`))

    configure({ pool: { maxThreads: 1 } })
    const onPool = await occupied(basic.holdOnPool)
    const waiting = await basic.addOnPool
      .with({ timeout: 20 })(1, 2)
      .catch((reason) => reason)
    onPool.release()
    assert.match(
      waiting.message,
      /: it was (waiting for a thread\. .*more threads|in line for thread)/,
    )
    await onPool.done
  })

  test('does not say that a call will not run which begins in that very moment', async () => {
    const [entered, release] = [new Latch(), new Latch()]
    const holding = await occupied(hold)
    const call = hold.with({ timeout: 20 })
    const error = await asItsTimePasses(
      () => call(entered.memory, release.memory),
      () => {
        holding.release()
        entered.waitBlocking()
      },
    )
    release.open()
    assert.ok(timedOut(error))
    assert.match(
      error.message,
      /: it was with thread 0\/\d+\. Its result, if it comes, is dropped\./,
    )
    await holding.done
  })

  test('of one call rejects with CallTimeoutError on time, whatever the thread does', async () => {
    const [entered, release] = [new Latch(), new Latch()]
    const began = performance.now()
    const rejected = assert.rejects(
      hold.with({ timeout: 60 })(entered.memory, release.memory),
      (error) =>
        timedOut(error) && /hold|occupy/.test(error.message) && /60 ms/.test(error.message),
    )
    await within(1000, rejected)
    const took = performance.now() - began
    release.open()
    assert.ok(took >= 55, `${took} ms`)
  })

  test('of the function holds for each call, and with() overrides it', async () => {
    const [entered, release] = [new Latch(), new Latch()]
    await assert.rejects(aborts.limited(entered.memory, release.memory), timedOut)
    release.open()
    const again = aborts.limited.with({ timeout: 10_000 })(entered.memory, release.memory)
    assert.equal(await again, 'late')
  })

  test('counts the time in the queue, and a call that timed out there never runs', async () => {
    const ledger = new Ledger()
    const first = await occupied(hold)
    await assert.rejects(note.with({ timeout: 30 })(ledger.memory, 1), timedOut)
    first.release()
    await where()
    assert.deepEqual(ledger.entries, [])
  })

  test('on the pool keeps the thread from others until its code has ended', async () => {
    const ledger = new Ledger()
    const [entered, release] = [new Latch(), new Latch()]
    await assert.rejects(aborts.limitedOnPool(entered.memory, release.memory), timedOut)
    const next = noteOnPool(ledger.memory, 1)
    await where()
    assert.deepEqual(ledger.entries, [])
    release.open()
    await next
    assert.equal(await addOnPool(1, 2), 3)
  })

  test('drops the late reply, Locals and all: no later call sees anything of it', async () => {
    delete request.late
    const running = await occupied(hold)
    await assert.rejects(write.with({ timeout: 20 })('late', 'value'), timedOut)
    running.release()
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => assert.equal(await add(index, 1), index + 1)),
    )
    assert.equal((await read()).late, undefined)
    assert.equal(request.late, undefined)
  })

  test('of a blocking call throws CallTimeoutError on time, and the next blocking call works', async () => {
    const most = mostFor(1000, await timeOfPlainThread())
    const [one, two, three, four, five] = await aborts.blockingTimeouts()
    for (const { code, took } of [one, two]) {
      assert.equal(code, 'SYNCBRIDGE_CALL_TIMEOUT')
      assert.ok(took >= 35 && took < most, `${took} ms`)
    }
    assert.deepEqual(three, { value: 'quick' })
    assert.equal(four.message, 'before')
    assert.deepEqual(five, { value: 'quick' })
  })

  test('of a blocking call aborts the callSignal of the async function', async () => {
    const { code } = await aborts.timesOutBelow()
    assert.equal(code, 'SYNCBRIDGE_CALL_TIMEOUT')
    // The abort was sent before the reply, on the same way.
    assert.ok(aborts.reasons.at(-1) instanceof CallTimeoutError)
  })

  test('of a blocking call holds on the main thread, too', async (t) => {
    const files = {
      'main.mjs': `
import { mostFor, timeOfPlainThread } from ${JSON.stringify(new URL('./support/floor.js', import.meta.url).href)}
import { never, quick } from './calls.mjs'
quick()
const most = mostFor(1000, await timeOfPlainThread())
const began = performance.now()
try { never.with({ timeout: 50 })() } catch (error) { console.log(error.code, performance.now() - began < most) }
console.log(quick())`,
      'calls.mjs': `
import { asyncToSync, markAsyncFunction } from '@syncbridge/core'
export const never = asyncToSync(async () => { await new Promise(() => {}) })
export const quick = asyncToSync(async () => 'quick')`,
    }
    const { stdout, late, code } = await runFiles(t, files)
    assert.deepEqual(
      { stdout, late, code },
      { stdout: 'SYNCBRIDGE_CALL_TIMEOUT true\nquick\n', late: false, code: 0 },
    )
  })

  test('that is no positive number of milliseconds is a TypeError', () => {
    for (const timeout of [0, -1, Number.NaN, '5', null]) {
      const refused = /TypeError.*timeout/
      assert.throws(() => add.with({ timeout }), refused)
      assert.throws(() => basic.greet.with({ timeout }), refused)
      assert.throws(() => syncToAsync({ timeout }), refused)
      assert.throws(() => asyncToSync({ timeout }), refused)
    }
  })

  // Node's timers take 31 bits, and fire at once beyond them.
  for (const timeout of [Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 40]) {
    test(`of ${timeout} ms is either refused or waited for, and never over at once`, async () => {
      let limited
      try {
        limited = holdOnPool.with({ timeout })
      } catch (error) {
        assert.ok(error instanceof TypeError)
        return
      }
      const running = await occupied(limited)
      // One that Node has cut to a millisecond would have rung before this one: a thread's timers ring in order.
      await new Promise((resolve) => setTimeout(resolve, 2))
      running.release()
      assert.equal(typeof (await running.done), 'number')
    })
  }
})
