import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LocalContext, localScope } from '@syncbridge/core'
import { Latch } from '../support/latch.js'
import * as values from './fixtures/values.js'

const { foo } = values

test('test_sync_to_async_contextvars: values go into sync code and its changes come back', () =>
  localScope(async () => {
    foo.value = 'bar'
    assert.equal(await values.inSync('bar', 'baz'), 42)
    assert.equal(foo.value, 'baz')
  }))

test('test_async_to_sync_contextvars: values go into async code and its changes come back', () =>
  localScope(() => {
    foo.value = 'bar'
    assert.equal(values.inAsync('bar', 'baz'), 42)
    assert.equal(foo.value, 'baz')
  }))

test('test_sync_to_async_contextvars_with_custom_context: changes stay in the context that was given', () =>
  localScope(async () => {
    foo.value = 'bar'
    const context = LocalContext.copy()
    assert.equal(await values.inSync.with({ context })('bar', 'baz'), 42)
    assert.equal(foo.value, 'bar')
    context.run(() => assert.equal(foo.value, 'baz'))
  }))

test('test_sync_to_async_contextvars_with_custom_context_and_parallel_tasks: calls and tasks add up in the context, and of calls at once the last one counts', () =>
  localScope(async () => {
    foo.value = ''
    const context = LocalContext.copy()
    const append = values.appendInSync.with({ context })
    await append()
    await append()
    await context.run(() => Promise.all([values.appendInAsync(), values.appendInAsync()]))
    context.run(() => assert.equal(foo.value, '1111'))
    await Promise.all([append(), append()])
    context.run(() => assert.equal(foo.value, '11111'))
    assert.equal(foo.value, '')
  }))

test('row 93: changes come back also when the code throws', () =>
  localScope(async () => {
    foo.value = 'before'
    await assert.rejects(values.setAndThrow('after'), RangeError)
    assert.equal(foo.value, 'after')
    assert.equal(await values.catchInSync('twice'), 'twice')
    assert.equal(foo.value, 'twice')
  }))

test('row 93: and when an abort ended it', () =>
  localScope(async () => {
    foo.value = 'before'
    const [entered, aborter] = [new Latch(), new AbortController()]
    const call = values.blockUntilAborted.with({ signal: aborter.signal })(entered.memory, 'after')
    await entered.wait()
    aborter.abort(new Error('gone'))
    await assert.rejects(call, /gone/)
    assert.equal(foo.value, 'after')
  }))

test('row 93: but not from sync code that runs on after its caller was released', () =>
  localScope(async () => {
    foo.value = 'before'
    const [entered, release] = [new Latch(), new Latch()]
    const aborter = new AbortController()
    const call = values.setAndHold.with({ signal: aborter.signal })(
      'after',
      entered.memory,
      release.memory,
    )
    await entered.wait()
    aborter.abort(new Error('gone'))
    await assert.rejects(call, /gone/)
    release.open()
    assert.deepEqual(await values.read(), { value: 'before' })
  }))

test('row 94: new values and deletions come back, and what was not touched stays as it is', () =>
  localScope(async () => {
    foo.value = 'here'
    const call = values.setOther()
    await call
    assert.equal(values.other.value, 'new')
    const removal = values.remove()
    values.other.value = 'changed meanwhile'
    await removal
    assert.equal('value' in foo, false)
    assert.equal(values.other.value, 'changed meanwhile')
  }))

test('row 96: a value that is changed in place is not seen by the other side, except in shared memory', () =>
  localScope(async () => {
    foo.list = ['here']
    foo.shared = new SharedArrayBuffer(1)
    await values.mutate()
    assert.deepEqual(foo.list, ['here'])
    assert.deepEqual([...new Uint8Array(foo.shared)], [1])
  }))

test('row 97: calls at once in one scope share its values, and localScope keeps a branch to itself', () =>
  localScope(async () => {
    foo.value = 'before'
    await Promise.all([values.setTo('one'), values.setTo('two')])
    assert.equal(foo.value, 'two')
    await localScope(async () => {
      await values.setTo('inside')
      assert.equal(foo.value, 'inside')
    })
    assert.equal(foo.value, 'two')
  }))

test('row 100: one context may be in use on two threads at the same time', () =>
  localScope(async () => {
    const context = new LocalContext()
    const [entered, release] = [new Latch(), new Latch()]
    const first = values.setAndHold.with({ context })('sync', entered.memory, release.memory)
    await entered.wait()
    context.run(() => {
      foo.mine = 'async'
    })
    release.open()
    await first
    context.run(() => assert.deepEqual({ ...foo }, { value: 'sync', mine: 'async' }))
  }))

test('row 102: code in a new context begins without any values', () =>
  localScope(async () => {
    foo.value = 'outside'
    await new LocalContext().run(async () => {
      assert.deepEqual({ ...foo }, {})
      assert.deepEqual(await values.read(), {})
    })
    assert.equal(foo.value, 'outside')
  }))
