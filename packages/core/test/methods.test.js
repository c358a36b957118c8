/** Methods that are bridged as functions: where the class has a codec, the instance goes along. docs/values.md. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TransferError } from '@syncbridge/core'
import { doubledBelow, Money, Plain, Rich } from './fixtures/methods.js'

describe('a bridged method of a class that has a codec', () => {
  test('runs on an instance that crosses as an argument does, with its arguments behind it', async () => {
    assert.deepEqual(await new Money(3).tripled(), [true, 9])
    assert.deepEqual(await new Money(3).tripled(1), [true, 10])
    assert.deepEqual(await new Rich(3).tripled(1), [true, 10])
  })

  test('does so on the pool, with options, as a generator, and where an executor runs it right here', async () => {
    const money = new Money(3)
    assert.equal(await money.onPool(), 3)
    assert.deepEqual(await money.tripled.with({ timeout: 10_000 }).call(money, 2), [true, 11])
    const parts = []
    for await (const part of money.parts()) parts.push(part)
    assert.deepEqual(parts, [0, 1, 2])
    assert.equal(await money.inline(), 3)
  })

  test('does so where it is waited for, here and in sync code', async () => {
    assert.equal(new Money(4).doubled(1).cents, 9)
    assert.equal(await doubledBelow(new Money(4)), 9)
  })

  test('is a TransferError where what its codec makes of the instance can’t cross', async () => {
    const error = await new Money(-1).tripled().catch((thrown) => thrown)
    assert.ok(error instanceof TransferError, String(error))
    assert.match(error.path, /debt$/)
    assert.deepEqual(await new Money(1).tripled(), [true, 3])
  })

  test('gets no instance where it reads none: it need not cross', async () => {
    assert.deepEqual(await new Money(-1).ofArrow(1, 2), [1, 2])
  })
})

test('a bridged method of any other class has no `this`, and its error says so', async () => {
  const error = await new Plain().tripled().catch((thrown) => thrown)
  assert.ok(error instanceof TypeError)
  assert.match(error.message, /a bridged function has none/)
})
