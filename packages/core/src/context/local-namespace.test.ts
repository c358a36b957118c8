import { beforeEach, describe, expect, test } from 'vitest'
import { createNamespace } from './local-namespace.js'

/** Any name at all, also one that every object has. */
type Values = { [name: string | symbol]: unknown; toString: unknown; hasOwnProperty: unknown }

describe('a namespace', () => {
  let values: Map<string, unknown>
  const namespace = (prefix: string) =>
    createNamespace({}, prefix, {
      read: () => values,
      set: (key, value) => values.set(key, value),
      delete: (key) => values.delete(key),
    }) as Values

  beforeEach(() => {
    values = new Map()
  })

  test('keeps its properties in the store, under its prefix', () => {
    const local = namespace('a\n')
    local.id = 1
    expect([...values]).toEqual([['a\nid', 1]])
    expect(local.id).toBe(1)
    values.set('a\nid', 2)
    expect(local.id).toBe(2)
  })

  test('lists, spreads and serialises like an object', () => {
    const local = namespace('a\n')
    Object.assign(local, { one: 1, two: undefined })
    expect(Object.keys(local)).toEqual(['one', 'two'])
    expect({ ...local }).toEqual({ one: 1, two: undefined })
    expect(JSON.stringify(local)).toBe('{"one":1}')
    expect(Object.entries(local)).toEqual([
      ['one', 1],
      ['two', undefined],
    ])
    expect(Object.hasOwn(local, 'two')).toBe(true)
    expect(Object.hasOwn(local, 'three')).toBe(false)
  })

  test('does not mix with another of the same store, even where one prefix begins with the other', () => {
    const one = namespace('a\n')
    const two = namespace('a\nb\n')
    const ten = namespace('Local 1\n')
    const eleven = namespace('Local 10\n')
    one.id = 'one'
    ten.id = 'ten'
    eleven.id = 'eleven'
    expect(two.id).toBeUndefined()
    expect([one.id, ten.id, eleven.id]).toEqual(['one', 'ten', 'eleven'])
    expect(Object.keys(ten)).toEqual(['id'])
  })

  test('tells what is there from what was never set', () => {
    const local = namespace('a\n')
    local.gone = undefined
    expect('gone' in local).toBe(true)
    expect('never' in local).toBe(false)
    expect(local.never).toBeUndefined()
  })

  test('deletes, also what is not there', () => {
    const local = namespace('a\n')
    local.id = 1
    expect(delete local.id).toBe(true)
    expect(delete local.id).toBe(true)
    expect(values.size).toBe(0)
  })

  test('has what every object has, until a value takes the name', () => {
    const local = namespace('a\n')
    expect(String(local)).toBe('[object Object]')
    expect(typeof local.hasOwnProperty).toBe('function')
    expect('toString' in local).toBe(false)
    local.toString = 'mine'
    expect(local.toString).toBe('mine')
    local.hasOwnProperty = undefined
    expect(Object.keys(local)).toEqual(['toString', 'hasOwnProperty'])
  })

  test('takes a value that is undefined as a value, whatever every object has of that name', () => {
    const local = namespace('a\n')
    local.toString = undefined
    expect(local.toString).toBeUndefined()
  })

  test('takes __proto__ as a name like any other', () => {
    const local = namespace('a\n')
    Reflect.set(local, '__proto__', { polluted: true })
    expect(values.get('a\n__proto__')).toEqual({ polluted: true })
    expect(local.polluted).toBeUndefined()
    expect(Object.getPrototypeOf(local)).toBe(Object.prototype)
  })

  test('keeps symbols to itself: they do not travel', () => {
    const local = namespace('a\n')
    const key = Symbol('key')
    local[key] = 1
    expect(local[key]).toBe(1)
    expect(values.size).toBe(0)
    expect(Object.getOwnPropertySymbols(local)).toEqual([key])
    expect(delete local[key]).toBe(true)
  })

  test('takes defined values and refuses accessors, which could not travel', () => {
    const local = namespace('a\n')
    Object.defineProperty(local, 'id', {
      value: 1,
      enumerable: true,
      writable: true,
      configurable: true,
    })
    expect(values.get('a\nid')).toBe(1)
    expect(() => Object.defineProperty(local, 'id', { get: () => 2 })).toThrow(TypeError)
  })
})
