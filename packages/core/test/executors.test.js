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
import { occupied } from './support/occupied.js'

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

  test('names in a TransferError what can’t cross', async () => {
    await assert.rejects(
      fixture.swapOnPair({ deep: Symbol('no clone') }),
      (error) => error instanceof TransferError && error.path === 'args[0].deep',
    )
  })

  test('refuses options that it does not know or that are out of range', () => {
    assert.throws(() => new ThreadPoolExecutor({ threads: 2 }), /TypeError.*threads/)
    assert.throws(() => new ThreadPoolExecutor({ maxThreads: 0 }), /TypeError.*maxThreads/)
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
