import assert from 'node:assert/strict'
import { test } from 'node:test'
import { threadId } from 'node:worker_threads'
import { stats } from '@syncbridge/core'
import { whereLoop } from './fixtures/places.js'
import * as single from './fixtures/single-loop.js'
import { until } from './support/until.js'

const { inContext } = single
const isThere = (thread) => stats().threads.some(({ id }) => id === thread)

test('test_async_single_thread_context_matches: async calls inside run on one thread that is not the caller’s', () => {
  const threads = inContext(() => [whereLoop(), whereLoop()])
  assert.equal(threads[0], threads[1])
  assert.ok(![threadId, whereLoop()].includes(threads[0]))
})

test('test_async_single_thread_nested_context: a context inside another is the other one', () => {
  inContext(() => {
    const thread = whereLoop()
    assert.notEqual(thread, threadId)
    assert.equal(inContext(whereLoop), thread)
    assert.equal(whereLoop(), thread)
  })
})

test('test_async_single_thread_context_without_async_work: a context without async code starts no thread', () => {
  const before = stats().threads.length
  assert.equal(
    inContext(() => stats().threads.length),
    before,
  )
})

test('test_async_single_thread_context_success_share_context: values flow from call to call', () => {
  single.connection.uses = 0
  inContext(() => {
    single.increment()
    single.increment()
  })
  assert.equal(single.connection.uses, 2)
})

test('test_async_single_thread_context_matches_from_async_thread: a loop that is already there is used instead', async () => {
  const { top, loops } = await single.fromSyncThread()
  assert.deepEqual(loops, [threadId, threadId])
  assert.notEqual(top, threadId)
})

test('row 84: the loop lives on between the calls of one context', () => {
  assert.deepEqual(
    inContext(() => [single.count(), single.count()]),
    [1, 2],
  )
  assert.equal(inContext(single.count), 1)
})

test('row 85: the outermost context ends its thread', async () => {
  const thread = inContext(() => {
    const inner = inContext(whereLoop)
    assert.ok(isThere(inner))
    assert.equal(whereLoop(), inner)
    return inner
  })
  await until(() => !isThere(thread))
})

test('row 88: the thread starts with the first async call', () => {
  const before = stats().threads.length
  inContext(() => {
    assert.equal(stats().threads.length, before)
    assert.ok(isThere(whereLoop()))
  })
})

test('row 89: nested calls use the running loop again, and one that forces a new loop gets it', () => {
  inContext(() => {
    const { outer, sync, loop, fresh } = single.reuse()
    assert.equal(outer, loop)
    assert.equal(sync, threadId)
    assert.ok(![outer, sync].includes(fresh))
  })
})
