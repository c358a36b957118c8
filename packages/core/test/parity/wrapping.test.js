import assert from 'node:assert/strict'
import { test } from 'node:test'
import { threadId } from 'node:worker_threads'
import {
  asyncToSync,
  isAsyncFunction,
  markAsyncFunction,
  syncToAsync,
  ThreadSensitiveContext,
  transfer,
} from '@syncbridge/core'
import { checkTypes } from '../support/check-types.js'
import { Latch } from '../support/latch.js'
import { folderOf, runFiles } from '../support/run-in-process.js'
import { openLatch, where } from './fixtures/places.js'
import * as wrapping from './fixtures/wrapping.js'

const onlySync = {
  name: 'TypeError',
  message: /^syncToAsync can only be applied to sync functions, and /,
}

test('test_sync_to_async_fail_non_function: what is no function is a TypeError when it is wrapped', () => {
  for (const subject of [1, 'hash', null, undefined, true])
    assert.throws(() => syncToAsync(subject), onlySync)
})

test('test_sync_to_async_fail_async: an async function is a TypeError when it is wrapped', () => {
  assert.throws(() => syncToAsync(async () => {}), onlySync)
  assert.throws(() => syncToAsync(async function* () {}), onlySync)
  assert.throws(() => syncToAsync(where), onlySync)
})

test('test_async_to_sync_fail_partial: an async function with bound arguments is a TypeError when it is wrapped', () => {
  const partial = (async (...all) => all).bind(undefined, 42)
  assert.throws(() => syncToAsync(partial), onlySync)
})

test('test_sync_to_async_raises_typeerror_for_async_callable_instance: an object is no function, and one that is marked async is refused', () => {
  class Callable {
    async call() {}
  }
  assert.throws(() => syncToAsync(new Callable()), onlySync)
  assert.throws(() => syncToAsync(markAsyncFunction(() => {})), onlySync)
})

test('test_async_to_sync_fail_non_function: what is no function is a TypeError when it is wrapped', () => {
  assert.throws(
    () => asyncToSync(1),
    /TypeError: asyncToSync can only be applied to async functions/,
  )
})

test('test_async_to_sync_fail_sync: a function that is not marked async is taken with a warning', async (t) => {
  const { stdout, stderr, late } = await runFiles(t, {
    'main.mjs': `
import { asyncToSync, markAsyncFunction } from '@syncbridge/core'
process.on('warning', ({ code, message }) => console.log(code, /notAsync/.test(message)))
asyncToSync(function notAsync() {})
asyncToSync(markAsyncFunction(function marked() {}))
asyncToSync(async function isAsync() {})
`,
  })
  assert.deepEqual({ stdout, late }, { stdout: 'SYNCBRIDGE_NOT_ASYNC true\n', late: false }, stderr)
})

test('test_async_to_sync_partial: an async function with bound arguments gets them and the others', () => {
  assert.deepEqual(wrapping.partial(84), [42, 84])
})

test('test_sync_to_async_decorator: a sync function becomes awaitable', async () => {
  assert.equal(await wrapping.plain(), 43)
})

test('test_async_to_sync_decorator: an async function becomes blocking, also through a factory', () => {
  assert.equal(wrapping.blocking(), 84)
  assert.equal(wrapping.blockingFromFactory(), 85)
})

test('row 2: options alone give a factory that wraps with them', async () => {
  const thread = await wrapping.onPool()
  assert.notEqual(thread, threadId)
  assert.notEqual(thread, await where())
})

test('test_nested_sync_to_async_retains_wrapped_function_attributes: name, length and own properties stay', () => {
  const { name, length, attribute, inner } = wrapping.attributed
  assert.deepEqual(
    { name, length, attribute, inner },
    { name: 'attributed', length: 2, attribute: 'outer', inner: [1] },
  )
})

test('row 13: asyncToSync keeps name, length and own properties as well', () => {
  const { name, length, inner } = wrapping.named
  assert.deepEqual({ name, length, inner }, { name: 'named', length: 1, inner: [1] })
})

test('test_sync_to_async_method_decorator: a method is bridged as a function and gets a copy of its instance where the class has a codec; as a decorator only static methods are taken', async () => {
  const price = new wrapping.Price(22)
  assert.deepEqual(await price.doubled(), { isPrice: true, cents: 44, isHere: false })
  assert.equal(await wrapping.Desk.quote(), 44)
  assert.deepEqual(await wrapping.Desk.quoteFor(2), { isDesk: true, price: 88, isHere: false })
  assert.throws(() => wrapping.decorate(syncToAsync, wrapping.Desk.prototype, 'total'), {
    name: 'TypeError',
    message: /can't bridge the method 'total': it belongs to an object/,
  })
  const desk = Object.assign(new wrapping.Desk(), { sum: 1 })
  await assert.rejects(wrapping.Desk.instanceTotal.call(desk), TypeError)
})

test('test_async_to_sync_method_decorator: an async method is bridged as a function and gets a copy of its instance where the class has a codec; as a decorator only static methods are taken', () => {
  const price = new wrapping.Price(43)
  assert.deepEqual(price.loadDoubled(), { isPrice: true, cents: 86, isHere: false })
  assert.equal(wrapping.Desk.load(), 86)
  assert.deepEqual(wrapping.Desk.loadFor(2), { isDesk: true, price: 88, isHere: false })
  assert.throws(() => wrapping.decorate(asyncToSync, wrapping.Desk.prototype, 'loadTotal'), {
    name: 'TypeError',
    message: /can't bridge the method 'loadTotal': it belongs to an object/,
  })
  const desk = Object.assign(new wrapping.Desk(), { sum: 1 })
  assert.throws(() => wrapping.Desk.instanceLoad.call(desk), TypeError)
})

test('test_wrapped_case_is_collected: a test may be an async function made blocking, and fails as that does', async (t) => {
  let passed
  await t.test('a case', () => {
    passed = wrapping.testCase(true)
  })
  assert.equal(passed, 'asserted')
  assert.throws(() => wrapping.testCase(false), assert.AssertionError)
})

test('test_sync_to_async_detected_as_coroutinefunction: what syncToAsync returns counts as async, and itself does not', () => {
  assert.equal(isAsyncFunction(syncToAsync), false)
  assert.equal(isAsyncFunction(wrapping.plain), true)
  assert.equal(isAsyncFunction(wrapping.blocking), false)
})

test('test_async_to_sync_overlapping_kwargs: arguments named like options reach the function', () => {
  const options = { context: 1, signal: 2, timeout: 3 }
  assert.deepEqual(wrapping.echoAsync(options), options)
})

test('test_sync_to_async_overlapping_kwargs: arguments named like options reach the function', async () => {
  const options = { context: 1, signal: 2, timeout: 3 }
  assert.deepEqual(await wrapping.echo(options), options)
})

test('test_sync_to_async_contextvars_with_callable_with_context_attribute: a property called context means nothing to the bridge', async () => {
  assert.equal(wrapping.withContextProperty.context, 'its own')
  assert.equal(await wrapping.withContextProperty(), 42)
  assert.equal(await wrapping.withContextProperty.with({ timeout: 20_000 })(), 42)
})

test('row 1: a call begins at once, before its promise is awaited', async () => {
  const latch = new Latch()
  const promise = openLatch(latch.memory)
  await latch.wait()
  await promise
})

test('row 3: options go by name, and one that is unknown is a TypeError when it is wrapped', () => {
  const fn = () => {}
  assert.throws(() => syncToAsync(fn, false), /TypeError.*options must be/)
  assert.throws(() => syncToAsync(fn, { threadsensitive: false }), /TypeError.*'threadsensitive'/)
  assert.throws(
    () => asyncToSync(async () => {}, { forceNewloop: true }),
    /TypeError.*'forceNewloop'/,
  )
})

test('row 8: a function that is not marked async may return a promise or a value', async (t) => {
  const { stdout, late } = await runFiles(t, {
    'main.mjs': `
import { value, promise } from './fns.mjs'
console.log(value(), promise())
`,
    'fns.mjs': `
import { asyncToSync } from '@syncbridge/core'
export const value = asyncToSync(() => 7)
export const promise = asyncToSync(() => Promise.resolve(8))
`,
  })
  assert.deepEqual({ stdout, late }, { stdout: '7 8\n', late: false })
})

test('row 14: values are copied, a SharedArrayBuffer is shared, and what is marked for transfer moves', async () => {
  const [bytes, shared, list] = [new Uint8Array(4), new SharedArrayBuffer(4), ['here']]
  const result = await wrapping.fill(bytes, shared, list)
  assert.deepEqual(result, { list: ['here', 'there'], length: 4 })
  assert.deepEqual([...bytes], [0, 0, 0, 0])
  assert.deepEqual([...new Uint8Array(shared)], [1, 1, 1, 1])
  assert.deepEqual(list, ['here'])
  await wrapping.fill(transfer(bytes), shared, list)
  assert.equal(bytes.length, 0)
})

test('row 18: a sync function that returns a promise is a TypeError', async () => {
  await assert.rejects(wrapping.returnsPromise(), /TypeError.*returnsPromise.*returned a promise/)
})

test('row 19: a generator is handed out and runs where it was made, one item at a time', async () => {
  const items = []
  for await (const item of wrapping.generates()) items.push(item)
  assert.deepEqual(items, [await where(), await where()])
})

test('row 20: one wrapped function runs wherever its call is made from', async () => {
  const outside = await where()
  const inside = await new ThreadSensitiveContext().run(() => where())
  assert.notEqual(inside, outside)
  assert.equal(await where(), outside)
})

test('row 23: the types keep parameters and result', async (t) => {
  const folder = folderOf(t, {
    'types.ts': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const pad = syncToAsync((text: string, width: number): string => text.padStart(width))
export const padded: Promise<string> = pad('a', 2)
export const patient: Promise<string> = pad.with({ timeout: 5 })('a', 2)
const load = asyncToSync(async (id: number): Promise<{ id: number }> => ({ id }))
export const loaded: number = load(1).id
// @ts-expect-error
pad(1, 2)
// @ts-expect-error
pad('a')
// @ts-expect-error
load('1')
`,
  })
  const { stdout, code } = await checkTypes(folder, ['types.ts'])
  assert.deepEqual({ stdout, code }, { stdout: '', code: 0 })
})
