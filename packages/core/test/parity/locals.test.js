import assert from 'node:assert/strict'
import { test } from 'node:test'
import { threadId } from 'node:worker_threads'
import { Local, localScope } from '@syncbridge/core'
import { collect } from '../support/collect.js'
import * as locals from './fixtures/locals.js'
import { inPlainThread } from './support/plain-thread.js'
import { until } from './support/until.js'

const { critical, local } = locals
const fixture = new URL('./fixtures/locals.js', import.meta.url)
/** Unset, set, and unset again. */
const used = [undefined, false, 2, undefined]

test('test_local_task: a Local works in async code', () =>
  localScope(async () => {
    assert.deepEqual(locals.useHere(), used)
  }))

test('test_local_thread: a Local works in sync code, on any thread', async () => {
  assert.deepEqual(await locals.useInSync(), [used, used])
  assert.deepEqual((await inPlainThread(fixture, 'useHere')).value, used)
})

test('test_local_thread_nested: a value is not seen in another thread, nor that thread’s here', () =>
  localScope(async () => {
    local.foo = 8
    const { value } = await inPlainThread(fixture, 'lookAndSet')
    assert.deepEqual(value, { found: {}, after: 123 })
    assert.equal(local.foo, 8)
  }))

test('test_visibility_thread_asgiref: a thread of the user begins without values and keeps its own', () =>
  localScope(async () => {
    local.counter = 0
    const [one, two] = await Promise.all([
      inPlainThread(fixture, 'lookAndSet'),
      inPlainThread(fixture, 'lookAndSet'),
    ])
    for (const { value } of [one, two]) assert.deepEqual(value, { found: {}, after: 123 })
    assert.equal(local.counter, 0)
  }))

test('test_local_not_inherited_by_new_thread: nor does a thread that sync code starts find its values', async () => {
  assert.deepEqual(await locals.startThreadWithValue(), { found: 0, kept: 1, after: 'parent' })
})

test('test_local_task_to_sync: a value goes into sync code and comes back changed', () =>
  localScope(async () => {
    local.foo = 3
    await locals.toSync(3, 'phew, done')
    assert.equal(local.foo, 'phew, done')
  }))

test('test_local_thread_to_async: a value goes into async code and comes back changed', () =>
  localScope(() => {
    local.foo = 12
    locals.toAsync(12, 'inside')
    assert.equal(local.foo, 'inside')
  }))

test('test_local_task_to_sync_to_task: a value goes through sync into async code and back', () =>
  localScope(async () => {
    local.foo = 756
    await locals.toSyncToAsync(756, 'dragons')
    assert.equal(local.foo, 'dragons')
  }))

test('test_local_many_layers: a value goes through four layers and back', () =>
  localScope(async () => {
    local.foo = 8374
    await locals.manyLayers(8374, 'miracles')
    assert.equal(local.foo, 'miracles')
  }))

test('test_local_critical_no_task_to_thread: a threadCritical value stays out of sync code', () =>
  localScope(async () => {
    critical.foo = 86
    assert.deepEqual(await locals.criticalInSync('secret'), [undefined, 'secret'])
    assert.equal(critical.foo, 86)
    assert.deepEqual(await locals.criticalInSync(undefined), ['secret', undefined])
  }))

test('test_local_critical_no_thread_to_task: a threadCritical value stays out of async code', async () => {
  assert.deepEqual(await locals.criticalThreadToTask(89, 'numbers'), {
    there: [undefined, 'numbers'],
    here: 89,
  })
  await localScope(() => {
    critical.foo = 89
    assert.deepEqual(locals.criticalInAsync('numbers'), [undefined, 'numbers'])
    assert.equal(critical.foo, 89)
  })
})

test('row 108: a threadCritical value of a loop is there below sync code on the same loop, and comes back changed', () =>
  localScope(async () => {
    critical.foo = 'of the loop'
    assert.deepEqual(await locals.criticalBelowSync('set below'), ['of the loop', 'set below'])
    assert.equal(critical.foo, 'set below')
    delete critical.foo
    assert.deepEqual(await locals.criticalBelowSync('set first'), [undefined, 'set first'])
    assert.equal(critical.foo, 'set first')
  }))

test('test_local_threads_and_tasks: counts stay right while threads and calls come and go', () =>
  localScope(async () => {
    local.counter = 0
    await locals.count(0)
    await locals.countInAsync(1)
    await locals.count(2)
    const threads = [1, 2, 3].map(() => inPlainThread(fixture, 'lookAndSet'))
    await locals.count(3)
    await locals.countInAsync(4)
    for (const { value } of await Promise.all(threads)) assert.deepEqual(value.found, {})
    await locals.count(5)
    assert.equal(local.counter, 6)
  }))

test('test_thread_critical_local_not_context_dependent_in_sync_thread: a threadCritical value set below is there on the thread, a value set below too', async () => {
  const { top, set, ...seen } = await localScope(() => locals.setBothBelow())
  assert.equal(set, top)
  assert.deepEqual(seen, { critical: '_123_', local: '_456_' })
  assert.deepEqual(await locals.readCritical(), { thread: top, value: '_123_' })
})

test('row 109: so it is on the main thread, below a program that blocks', () =>
  localScope(() => {
    assert.deepEqual(locals.setBothBelowHere(), {
      set: threadId,
      critical: '_123_',
      local: '_456_',
    })
  }))

test('test_visibility_task: what an awaited function sets is seen by who awaits it, except from a localScope', () =>
  localScope(async () => {
    local.foo = 0
    const child = async () => {
      assert.equal(local.foo, 0)
      local.foo = 1
    }
    await localScope(child)
    assert.equal(local.foo, 0)
    await child()
    assert.equal(local.foo, 1)
  }))

test('test_deletion: a deletion in a localScope stays there, and one in sync code comes back', () =>
  localScope(async () => {
    local.foo = 123
    await localScope(async () => {
      delete local.foo
      assert.equal('foo' in local, false)
    })
    assert.equal(local.foo, 123)
    await locals.removeInSync()
    assert.equal('foo' in local, false)
  }))

test('test_local_cycle: a new Local is empty after one in a cycle was collected', async () => {
  const made = makeCycle()
  await until(() => {
    collect()
    return made.deref() === undefined
  })
  const fresh = Array.from({ length: 100 }, () => new Local())
  assert.ok(fresh.every((one) => one.foo === undefined))
})

/** In a function of its own: nothing of this frame is left to hold it. */
function makeCycle() {
  const cycle = [new Local()]
  cycle.push(cycle)
  cycle[0].foo = 'bar'
  return new WeakRef(cycle[0])
}
