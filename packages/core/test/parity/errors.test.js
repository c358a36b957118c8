import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ThreadExitedError, TransferError } from '@syncbridge/core'
import * as errors from './fixtures/errors.js'
import { where } from './fixtures/places.js'

const caught = async (fn, ...args) => fn(...args).then(assert.fail, (error) => error)

test('row 112: an error arrives as an instance of its class, with message, properties and cause', async () => {
  for (const fn of [errors.take, errors.takeBelow]) {
    const error = await caught(fn, 'chair')
    assert.ok(error instanceof errors.StockError && error instanceof RangeError)
    const { name, message, item } = error
    assert.deepEqual(
      { name, message, item },
      { name: 'StockError', message: 'sold out', item: 'chair' },
    )
    assert.ok(error.cause instanceof TypeError)
    assert.equal(error.cause.message, 'no shelf')
  }
})

test('row 113: one stack reads from the line that threw to the line that called', async () => {
  const callHere = () => caught(errors.takeBelow, 'chair')
  const { stack } = await callHere()
  assert.match(
    stack,
    /takeFromStock.*fixtures\/errors\.js[\s\S]*called from[\s\S]*errors\.test\.js/,
  )
})

test('row 114: the stack shows no line of the library', async () => {
  const { stack } = await caught(errors.takeBelow, 'chair')
  assert.doesNotMatch(stack, /core\/dist|core\/src/)
})

test('row 115: process.exit in sync code ends its thread only, and tells the caller', async () => {
  const error = await caught(errors.leave, 5)
  assert.ok(error instanceof ThreadExitedError)
  assert.equal(error.exitCode, 5)
  await where()
})

test('row 116: an answer that can not be delivered still wakes the caller, and the next call works', async () => {
  const thread = await where()
  assert.ok((await caught(errors.unsendable)) instanceof TransferError)
  assert.equal((await caught(errors.throwsAtCloning)).message, 'half')
  assert.equal(await caught(errors.throwNothing), undefined)
  assert.equal(await where(), thread)
})

test('row 118: an AbortError that sync code throws of its own accord is an error like any other', async () => {
  const thread = await where()
  const error = await caught(errors.throwAbort)
  assert.ok(error instanceof DOMException)
  assert.deepEqual([error.name, error.message], ['AbortError', 'by its own choice'])
  assert.equal(await where(), thread)
})
