import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { before, test } from 'node:test'
import { threadId } from 'node:worker_threads'
import {
  ClosedError,
  configure,
  stats,
  syncToAsync,
  ThreadSensitiveContext,
} from '@syncbridge/core'
import { Latch, Ledger } from '../support/latch.js'
import { occupied } from '../support/occupied.js'
import { runFiles } from '../support/run-in-process.js'
import * as places from './fixtures/places.js'
import * as threads from './fixtures/threads.js'

const { hold, holdOnPool, note, noteOnPool, where, whereLoop, whereOnPool } = places
const roleOf = (thread) => stats().threads.find(({ id }) => id === thread)?.role
const href = (name) => JSON.stringify(new URL(name, import.meta.url).href)

before(() => configure({ pool: { maxThreads: 2 } }))

test('test_sync_to_async: calls finish also when there are fewer threads than calls', async () => {
  const ledger = new Ledger()
  const results = await Promise.all([1, 2, 3].map((entry) => threads.onSmall(ledger.memory, entry)))
  const [thread] = results
  assert.deepEqual(results, [thread, thread, thread])
  assert.ok(Number.isInteger(thread) && thread !== threadId)
  assert.deepEqual(ledger.entries, [1, 2, 3])
})

test('test_thread_sensitive_outside_async: from async code, all thread-sensitive code runs on one thread that is not its loop', async () => {
  const [through, direct] = await Promise.all([threads.outer(), where()])
  assert.equal(through, direct)
  assert.notEqual(direct, threadId)
})

test('test_thread_sensitive_disabled: with threadSensitive false, code below sync code runs on another thread', () => {
  const thread = threads.whereOnPoolBelow()
  assert.notEqual(thread, threadId)
  assert.notEqual(thread, whereLoop())
})

test('test_sync_to_async_uses_executor: an executor gets each call, and none is taken with threadSensitive true', async () => {
  const { counting } = threads
  const before = counting.submitted
  assert.deepEqual(await threads.onCounting('expected'), { value: 'expected', thread: threadId })
  assert.equal(counting.submitted, before + 1)
  assert.throws(
    () => syncToAsync(() => {}, { threadSensitive: true, executor: counting }),
    new TypeError('executor must not be set when threadSensitive is true'),
  )
})

test('test_sync_to_async_deadlock_ignored_with_exception: calls that throw leave the thread to the next one', async () => {
  await assert.rejects(threads.fail(), RangeError)
  await assert.rejects(threads.fail(), RangeError)
  assert.notEqual(await where(), threadId)
})

test('test_sync_to_async_with_blocker_thread_sensitive: code that waits for code behind it on its thread ends by its timeout', async () => {
  const [entered, event] = [new Latch(), new Latch()]
  await where()
  const waiter = hold.with({ timeout: 1000 })(entered.memory, event.memory)
  // Else its time might pass in the line, and the setter would be first.
  await Promise.race([entered.wait(), waiter])
  const setter = places.openLatch(event.memory)
  await assert.rejects(waiter, { code: 'SYNCBRIDGE_CALL_TIMEOUT' })
  assert.equal(event.isOpen, false)
  event.open()
  await setter
})

test('test_sync_to_async_with_blocker_non_thread_sensitive: code that waits on the pool is released by thread-sensitive code', async () => {
  const [entered, event] = [new Latch(), new Latch()]
  const waiter = places.holdOnPool(entered.memory, event.memory)
  // Else the event might be there before anybody waits for it.
  await entered.wait()
  assert.equal(event.isOpen, false)
  await places.openLatch(event.memory)
  assert.equal(roleOf(await waiter), 'pool')
})

test('row 54: code is thread-sensitive unless it says otherwise', async () => {
  const thread = await where()
  assert.equal(roleOf(thread), 'shared')
  assert.equal(await note(new Ledger().memory, 1), thread)
})

test('row 55: first comes the nearest blocked frame, also inside a context', async () => {
  const { top, below } = await threads.contextBelowFrame()
  assert.equal(below, top)
  const inContext = await new ThreadSensitiveContext().run(() => threads.fromPool())
  assert.equal(inContext.below, inContext.top)
  assert.equal(roleOf(inContext.top), 'pool')
})

test('row 55: then the thread of the context, then the shared one', async () => {
  const inContext = await new ThreadSensitiveContext().run(() => where())
  assert.equal(roleOf(inContext), 'leased')
  assert.equal(roleOf(await where()), 'shared')
})

test('row 55: code outside any call goes to the frame that its loop was started for', async () => {
  const { top, below } = await threads.freshBelowFrame()
  assert.deepEqual(below, [top, top])
  assert.equal(roleOf(top), 'pool')
})

test('row 57: the shared thread starts with the first call', async (t) => {
  const { stdout, late } = await runFiles(t, {
    'main.mjs': `
import { stats } from '@syncbridge/core'
import { where } from ${href('./fixtures/places.js')}
const before = stats().threads.length
await where()
console.log(before, stats().threads.map(({ role }) => role).join())
`,
  })
  assert.deepEqual({ stdout, late }, { stdout: '0 shared\n', late: false })
})

test('row 58: sync code never runs on the loop that awaits it', async () => {
  assert.ok(![await where(), await whereOnPool()].includes(threadId))
})

test('row 59: the shared thread runs one call at a time, in the order of the calls', async () => {
  const ledger = new Ledger()
  const first = await occupied(hold)
  const others = [1, 2, 3, 4].map((entry) => note(ledger.memory, entry))
  await whereOnPool()
  assert.deepEqual(ledger.entries, [])
  first.release()
  await Promise.all(others)
  assert.deepEqual(ledger.entries, [1, 2, 3, 4])
})

test('row 61: calls on the pool run at once, as many as it has threads, and threads serve again', async () => {
  const [one, two] = await Promise.all([occupied(holdOnPool), occupied(holdOnPool)])
  one.release()
  two.release()
  const used = new Set([await one.done, await two.done])
  assert.equal(used.size, 2)
  assert.ok(used.has(await whereOnPool()))
  const counts = await Promise.all(Array.from({ length: 6 }, () => threads.countOnPool()))
  assert.ok(Math.max(...counts) > 1, 'the module keeps its state between calls')
})

test('row 62: calls wait in line for a thread of the pool', async () => {
  const ledger = new Ledger()
  const [one, two] = await Promise.all([occupied(holdOnPool), occupied(holdOnPool)])
  const third = noteOnPool(ledger.memory, 3)
  assert.equal(stats().queued, 1)
  await where()
  assert.deepEqual(ledger.entries, [])
  one.release()
  await third
  two.release()
  await two.done
})

test('row 63: an executor without threadSensitive false is a TypeError when the function is wrapped', () => {
  assert.throws(() => syncToAsync(() => {}, { executor: threads.counting }), TypeError)
  assert.throws(() => syncToAsync(() => {}, { threadSensitive: false, executor: {} }), /submit/)
})

test('row 65: a call to an executor that has been closed is refused', async (t) => {
  const { stdout, late } = await runFiles(t, {
    'main.mjs': `
import { onSmall, small } from ${href('./fixtures/threads.js')}
import { Ledger } from ${href('../support/latch.js')}
const ledger = new Ledger()
await onSmall(ledger.memory, 1)
await small.close()
console.log(await onSmall(ledger.memory, 2).catch(({ code }) => code), ledger.entries.join())
`,
  })
  assert.deepEqual({ stdout, late }, { stdout: `${ClosedError.code} 1\n`, late: false })
})

test('row 66: thread-sensitive code below a pool thread runs on that thread while it waits', async () => {
  const { top, below } = await threads.fromPool()
  assert.equal(below, top)
  assert.equal(roleOf(top), 'pool')
})

test('row 67: nesting deeper than the pool has threads finishes', async (t) => {
  const { stdout, late } = await runFiles(t, {
    'main.mjs': `
import { configure } from '@syncbridge/core'
import { descend } from ${href('./fixtures/threads.js')}
configure({ pool: { maxThreads: 2 } })
console.log(await Promise.all([descend(5), descend(5), descend(5)]))
`,
  })
  assert.deepEqual({ stdout, late }, { stdout: '[ 6, 6, 6 ]\n', late: false })
})

test('row 68: the pool has the configured size, by default that of the machine', async (t) => {
  const { stdout, late } = await runFiles(t, {
    'main.mjs': `
import { stats } from '@syncbridge/core'
import { whereOnPool } from ${href('./fixtures/places.js')}
await Promise.all(Array.from({ length: 64 }, () => whereOnPool()))
console.log(stats().threads.length)
`,
  })
  assert.deepEqual({ stdout, late }, { stdout: `${availableParallelism()}\n`, late: false })
})
