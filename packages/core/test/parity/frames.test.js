import assert from 'node:assert/strict'
import { test } from 'node:test'
import { threadId } from 'node:worker_threads'
import { stats, ThreadSensitiveContext } from '@syncbridge/core'
import { Latch, Ledger } from '../support/latch.js'
import * as frames from './fixtures/frames.js'
import { note, where, whereOnPool } from './fixtures/places.js'
import { inPlainThread } from './support/plain-thread.js'

const fixture = new URL('./fixtures/frames.js', import.meta.url)

test('test_thread_sensitive_outside_sync: below sync code, calls and tasks run on the thread that waits', async () => {
  assert.deepEqual(frames.outsideSync(), [threadId, threadId])
  const { value, thread } = await inPlainThread(fixture, 'outsideSyncElsewhere')
  assert.deepEqual(value, [thread, thread])
})

test('test_thread_sensitive_double_nested_sync: four levels below sync code end on the thread that it runs on', () => {
  assert.equal(frames.doubleNestedSync(), threadId)
})

test('test_thread_sensitive_double_nested_async: four levels below async code end on its loop', async () => {
  assert.equal(await frames.doubleNestedAsync(), threadId)
})

test('test_nested_task: a task that its frame does not await runs on the thread of the outermost frame, which waits', () => {
  assert.deepEqual(frames.nestedTask(), [threadId, threadId])
})

test('test_nested_task_later: so does one that outlives its frame, and begins only when that has returned', () => {
  assert.deepEqual(frames.nestedTaskLater(), [threadId, threadId])
})

test('test_double_nested_task: and one that is left behind by such a task', () => {
  assert.deepEqual(frames.doubleNestedTask(), [threadId, threadId, threadId])
})

test('test_two_nested_tasks_with_asyncio_run: two tasks that wait for one event across frames finish', async () => {
  const [entered, event] = [new Latch(), new Latch()]
  await frames.twoNestedTasks(entered.memory, event.memory)
  const [one, two] = await Promise.all(frames.tasks.splice(0))
  assert.deepEqual([one, two], [await where(), await where()])
})

test('test_sync_to_async_within_create_task: sync code in a task below sync middleware runs on its thread', async () => {
  await new ThreadSensitiveContext().run(async () => {
    const { top, task } = await frames.middleware()
    assert.notEqual(top, threadId)
    assert.equal(task, top)
  })
})

test('row 42: work for an outer frame waits until the inner one has returned', async () => {
  const ledger = new Ledger()
  const [entered, go, sent] = [new Latch(), new Latch(), new Latch()]
  const latches = [entered, go, sent].map(({ memory }) => memory)
  const call = frames.stack(ledger.memory, ...latches)
  await sent.wait()
  // A pool thread has answered meanwhile: the work could have been run.
  await whereOnPool()
  assert.deepEqual(ledger.entries, [])
  go.open()
  await call
  assert.deepEqual(ledger.entries, [1, 2])
})

test('row 43: work of a frame that has returned runs on the nearest one that still waits', async () => {
  const { top, threads } = await frames.laterBelowPool()
  assert.deepEqual(threads, [top, top])
  assert.notEqual(top, await where())
})

test('row 44: work whose frames have all returned runs on the shared thread', async () => {
  const [, late] = await frames.awaitLater()
  assert.equal(late, await where())
})

test('row 44: or on the thread of its context', async () => {
  await new ThreadSensitiveContext().run(async () => {
    const [thread, late] = await frames.awaitLater()
    assert.equal(late, thread)
    assert.equal(late, await where())
  })
})

test('row 46: what was queued when the result arrives runs before the call returns', async () => {
  const ledger = new Ledger()
  await frames.drain(ledger.memory)
  assert.deepEqual(ledger.entries, [1, 2, 3, 4])
})

test('row 47: sync code that makes a call to its own thread is not held: the call runs after it', async () => {
  const ledger = new Ledger()
  const thread = await frames.callItself(ledger.memory)
  assert.equal(thread, undefined)
  await note(ledger.memory, 3)
  assert.deepEqual(ledger.entries, [1, 2, 3])
})

test('row 49: a blocked thread runs its own chain’s work only, and a stranger’s waits until it is free', async () => {
  const ledger = new Ledger()
  const [entered, release] = [new Latch(), new Latch()]
  const blocked = frames.blockBelow(entered.memory, release.memory, ledger.memory)
  await entered.wait()
  const stranger = note(ledger.memory, 2)
  await whereOnPool()
  assert.deepEqual(ledger.entries, [])
  release.open()
  const { top, ran } = await blocked
  assert.deepEqual([ran, await stranger], [top, top])
  assert.deepEqual(ledger.entries, [1, 2])
})

test('row 50: many calls at once below one frame run on its thread, one at a time and in order', async () => {
  const ledger = new Ledger()
  const { top, threads } = await frames.gather(ledger.memory, 20)
  assert.deepEqual([...new Set(threads)], [top])
  assert.deepEqual(
    ledger.entries,
    Array.from({ length: 20 }, (_, index) => index),
  )
})

test('row 51: a hundred levels use one thread besides the loop', async () => {
  await where()
  const before = stats().threads.length
  const trail = await frames.down(100)
  assert.equal(trail.length, 101)
  assert.equal(new Set(trail).size, 2)
  assert.equal(stats().threads.length, before)
})
