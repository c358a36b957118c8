import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { copyOfPlain } from './copy-of-plain.js'

/** All objects in a value, itself included. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  if (ArrayBuffer.isView(value)) return [value, value.buffer]
  return [value, ...Object.values(value).flatMap(objectsIn)]
}

describe('a copy of plain data', () => {
  test('is the same to look at and shares nothing with it, at any depth', () => {
    const value = {
      id: 1,
      tags: ['a', { b: [null, undefined, -0] }],
      bytes: new Uint8Array([1, 2]),
      buffer: Buffer.from('abc'),
      empty: {},
    }
    const copy = copyOfPlain(value)
    expect(copy).toStrictEqual(value)
    const originals = new Set(objectsIn(value))
    expect(objectsIn(copy)).toHaveLength(originals.size)
    for (const object of objectsIn(copy)) expect(originals.has(object)).toBe(false)
  })

  test('keeps Buffers apart from other bytes, and the order of names', () => {
    const copy = copyOfPlain({ z: Buffer.from('abc'), a: new Uint8Array(2) }) as {
      z: unknown
      a: unknown
    }
    expect(Buffer.isBuffer(copy.z)).toBe(true)
    expect(Buffer.isBuffer(copy.a)).toBe(false)
    expect(Object.keys(copy)).toEqual(['z', 'a'])
  })

  test('has names that objects have from their prototype for its own', () => {
    const value = { constructor: { name: 'c' }, toString: ['s'] }
    expect(isDeepStrictEqual(copyOfPlain(value), value)).toBe(true)
  })

  test('of what is no object is that itself', () => {
    for (const value of ['text', 1, null, undefined, true]) expect(copyOfPlain(value)).toBe(value)
  })
})
