import { createSecretKey, KeyObject, webcrypto } from 'node:crypto'
import * as types from 'node:util/types'
import { expect, test, vi } from 'vitest'
import { kindOf } from './kind-of.js'
import { madeByAddon } from './thread-bound.js'

vi.mock('node:util/types', async (importOriginal) => {
  const original = await importOriginal<typeof types>()
  const { isKeyObject, isCryptoKey } = original
  return { ...original, isKeyObject: vi.fn(isKeyObject), isCryptoKey: vi.fn(isCryptoKey) }
})

test('an instance of a class is not asked whether it is a key, which takes Node long', () => {
  class Point {
    x = 1
  }
  class Empty {}
  for (const value of [new Point(), new Empty()])
    expect(kindOf(value, () => undefined)).toEqual({ is: 'fields' })
  expect(types.isKeyObject).not.toHaveBeenCalled()
  expect(types.isCryptoKey).not.toHaveBeenCalled()
})

test('a key is no object of an addon, although it keeps one', async () => {
  const secret = createSecretKey(Buffer.alloc(16))
  const algorithm = { name: 'AES-GCM', length: 128 }
  const cryptoKey = await webcrypto.subtle.generateKey(algorithm, true, ['encrypt'])
  for (const key of [secret, cryptoKey, KeyObject.from(cryptoKey)]) {
    expect(madeByAddon(key)).toBeUndefined()
    expect(kindOf(key, () => undefined).is).not.toBe('refused')
  }
})
