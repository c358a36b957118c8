import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { threadId } from 'node:worker_threads'
import {
  CallTimeoutError,
  ClosedError,
  QueueFullError,
  stats,
  syncToAsync,
  ThreadPoolExecutor,
  TransferError,
} from '@syncbridge/core'
import * as fixture from './fixtures/executors.js'
import { Latch } from './support/latch.js'
import { occupied } from './support/occupied.js'
import { runFiles } from './support/run-in-process.js'

describe('a ThreadPoolExecutor', () => {
  test('runs calls on threads of its own', async () => {
    const [own, shared] = [await fixture.whereOnPair(), await fixture.whereOnPool()]
    assert.ok(own > 0 && own !== threadId)
    assert.notEqual(own, shared)
  })

  test('keeps to its own limits', async () => {
    const [one, two] = [await occupied(fixture.holdOnPair), await occupied(fixture.holdOnPair)]
    const queued = fixture.whereOnPair()
    await assert.rejects(fixture.whereOnPair(), (error) => error instanceof QueueFullError)
    one.release()
    two.release()
    const [first, second, third] = [await one.done, await two.done, await queued]
    assert.notEqual(first, second)
    assert.ok([first, second].includes(third))
  })

  test('has the limits that it was made with, whatever becomes of the object', async () => {
    Object.assign(fixture.sizes, { maxThreads: -1, maxQueue: 'none' })
    const [one, two] = [await occupied(fixture.holdOnPair), await occupied(fixture.holdOnPair)]
    const queued = fixture.whereOnPair()
    await assert.rejects(fixture.whereOnPair(), (error) => error instanceof QueueFullError)
    one.release()
    two.release()
    await Promise.all([one.done, two.done, queued])
  })

  test('takes options that are inherited, and checks them', async () => {
    const before = stats().threads.length
    const running = await occupied(fixture.holdOnInherited)
    const waiting = occupied(fixture.holdOnInherited)
    assert.equal(stats().threads.length, before + 1)
    assert.equal(stats().queued, 1)
    running.release()
    const next = await waiting
    next.release()
    assert.equal(await running.done, await next.done)
    assert.throws(() => new ThreadPoolExecutor(Object.create({ maxThreads: 0 })), TypeError)
  })

  test('has its waiting calls counted by stats(), with those of the shared pool', async () => {
    const [one, two] = [await occupied(fixture.holdOnPair), await occupied(fixture.holdOnPair)]
    assert.equal(stats().queued, 0)
    const waiting = fixture.whereOnPair()
    assert.equal(stats().queued, 1)
    const signal = AbortSignal.abort(new Error('left'))
    await assert.rejects(fixture.whereOnPair.with({ signal })(), /left/)
    assert.equal(stats().queued, 1)
    one.release()
    await waiting
    assert.equal(stats().queued, 0)
    two.release()
    await Promise.all([one.done, two.done])
  })

  test('carries Locals, errors of their class and callbacks below, as every thread does', async () => {
    fixture.request.id = 'r-1'
    assert.equal(await fixture.swapOnPair('r-2'), 'r-1')
    assert.equal(fixture.request.id, 'r-2')
    await assert.rejects(fixture.failOnPair(), fixture.Refused)
    assert.deepEqual(await fixture.throughLoopOnPair(), { loop: threadId, same: true })
  })

  test('that is closed lets its calls finish, ends its threads and refuses what comes', async () => {
    const before = stats().threads.length
    const running = await occupied(fixture.holdOnClosing)
    const queued = fixture.whereOnClosing()
    assert.equal(stats().threads.length, before + 1)
    const closed = fixture.closing.close()
    await assert.rejects(fixture.whereOnClosing(), (error) => error instanceof ClosedError)
    running.release()
    await closed
    assert.equal(await queued, await running.done)
    assert.equal(stats().threads.length, before)
  })

  test('that is closed right after a call was given up keeps the process until its thread is gone', async (t) => {
    const { code, stdout } = await runFiles(t, {
      'main.mjs': `import { executor, spin } from './spin.js'
        const controller = new AbortController()
        const call = spin.with({ signal: controller.signal, onAbort: 'terminate' })()
        controller.abort()
        await call.catch((error) => console.log(error.name))
        await executor.close()
        console.log('closed')`,
      'spin.js': `import { syncToAsync, ThreadPoolExecutor } from '@syncbridge/core'
        export const executor = new ThreadPoolExecutor({ maxThreads: 1 })
        export const spin = syncToAsync(() => { for (;;); }, { threadSensitive: false, executor })`,
    })
    assert.deepEqual([code, stdout], [0, 'AbortError\nclosed\n'])
  })

  test('that is closed while a call that was given up runs on waits for its thread to be ended', async (t) => {
    const { code, stdout } = await runFiles(t, {
      'main.mjs': `import { configure, stats } from '@syncbridge/core'
        import { executor, spin } from './spin.js'
        configure({ grace: { abort: 50 } })
        const controller = new AbortController()
        const cell = new Int32Array(new SharedArrayBuffer(4))
        const call = spin.with({ signal: controller.signal })(cell)
        await Atomics.waitAsync(cell, 0, 0).value
        controller.abort()
        await call.catch((error) => console.log(error.name))
        await executor.close()
        console.log('closed', stats().threads.length)`,
      'spin.js': `import { syncToAsync, ThreadPoolExecutor } from '@syncbridge/core'
        export const executor = new ThreadPoolExecutor({ maxThreads: 1 })
        export const spin = syncToAsync((cell) => {
          Atomics.store(cell, 0, 1)
          Atomics.notify(cell, 0)
          for (;;);
        }, { threadSensitive: false, executor })`,
    })
    assert.deepEqual([code, stdout], [0, 'AbortError\nclosed 0\n'])
  })

  test('that is closed lets a running call finish whose nested call needs a thread of it, and refuses others', async () => {
    const [entered, release] = [new Latch(), new Latch()]
    const running = fixture.nestOnNested(entered.memory, release.memory)
    await entered.wait()
    const closed = fixture.nested.close()
    await assert.rejects(fixture.whereOnNested(), (error) => error instanceof ClosedError)
    release.open()
    const [outer, inner] = await running
    assert.equal(outer, inner)
    await closed
    await assert.rejects(fixture.whereOnNested(), (error) => error instanceof ClosedError)
  })

  test('that is closed lets an open generator be taken to its end', async () => {
    const items = fixture.countOnGiving(3)
    assert.equal((await items.next()).value, 0)
    const closed = fixture.giving.close()
    const rest = []
    for await (const item of items) rest.push(item)
    assert.deepEqual(rest, [1, 2])
    await closed
    await assert.rejects(fixture.countOnGiving(3).next(), (error) => error instanceof ClosedError)
  })

  test('that is closed waits for a generator that nobody goes on with no longer than it is told to', async () => {
    const items = fixture.countOnLeft(3)
    await items.next()
    await fixture.left.close({ timeout: 50 })
    await assert.rejects(items.next(), { code: 'SYNCBRIDGE_THREAD_EXITED' })
    await assert.rejects(fixture.left.close({ timeout: -1 }), TypeError)
    await assert.rejects(fixture.left.close({ force: true }), TypeError)
  })

  test('can not be closed by code that one of its calls waits for, and can afterwards', async () => {
    assert.equal(await fixture.closeFromInside(), 'SYNCBRIDGE_DEADLOCK')
    await fixture.inside.close()
    await assert.rejects(fixture.closeFromInside(), (error) => error instanceof ClosedError)
  })

  test('names in a TransferError what can’t cross', async () => {
    await assert.rejects(
      fixture.swapOnPair({ deep: Symbol('no clone') }),
      (error) => error instanceof TransferError && error.path === 'args[0].deep',
    )
  })

  test('refuses options that it does not know or that are out of range', () => {
    assert.throws(() => new ThreadPoolExecutor({ threads: 2 }), /TypeError.*threads/)
    assert.throws(() => new ThreadPoolExecutor({ maxThreads: 0 }), /TypeError.*maxThreads/)
    assert.throws(
      () => new ThreadPoolExecutor({ resourceLimits: 'big' }),
      /TypeError: ThreadPoolExecutor: resourceLimits must be an object, got string big/,
    )
  })

  test('starts no thread before its first call', () => {
    const before = stats().threads.length
    assert.ok(new ThreadPoolExecutor({ maxThreads: 1, minThreads: 1 }))
    assert.equal(stats().threads.length, before)
  })
})

describe('an executor of the user’s', () => {
  test('gets the call with its function’s name, its arguments and a signal, and gives its result', async () => {
    assert.equal(await fixture.addInline(1, 2), 3)
    const call = fixture.seen.at(-1)
    assert.deepEqual(call.args, [1, 2])
    assert.equal(call.function.name, 'add')
    assert.match(call.function.module, /^file:.*fixtures\/executors\.js$/)
    assert.doesNotThrow(() => JSON.stringify(call.function))
    assert.equal(call.signal.aborted, false)
  })

  test('passes on what the function throws, and why it could not run', async () => {
    await assert.rejects(fixture.failInline(), fixture.Refused)
    await assert.rejects(fixture.addBroken(1, 2), /the other machine is down/)
  })

  test('is told when the caller gives the call up, and the caller is released at once', async () => {
    const reason = new Error('changed my mind')
    const aborter = new AbortController()
    const call = fixture.addNever.with({ signal: aborter.signal })(1, 2)
    aborter.abort(reason)
    await assert.rejects(call, (error) => error === reason)
    assert.equal(fixture.seen.at(-1).signal.aborted, true)
    await assert.rejects(
      fixture.addNever.with({ timeout: 20 })(1, 2),
      (error) => error instanceof CallTimeoutError,
    )
    assert.equal(fixture.seen.at(-1).signal.aborted, true)
  })

  test('must have a submit() method', () => {
    for (const executor of [{}, 5, null, { submit: true }]) {
      assert.throws(() => syncToAsync({ threadSensitive: false, executor }), TypeError)
    }
  })
})
