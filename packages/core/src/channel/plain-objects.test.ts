import { afterEach, describe, expect, test } from 'vitest'
import { MOST_NAMES, MOST_WAYS } from './plain-data.js'
import { PlainReader } from './plain-reader.js'
import { PlainWriter } from './plain-writer.js'

function lane() {
  const bytes = Buffer.from(new SharedArrayBuffer(64 * 1024))
  const writer = new PlainWriter(bytes)
  const reader = new PlainReader(bytes)
  return (value: unknown): { arrived: unknown } | undefined => {
    writer.begin()
    return writer.write(value, 0, bytes.byteLength) < 0 ? undefined : { arrived: reader.read(0) }
  }
}

describe('plain objects in shared memory', () => {
  afterEach(() => {
    for (const name of Object.keys(Object.prototype)) Reflect.deleteProperty(Object.prototype, name)
    Reflect.deleteProperty(Object.prototype, 'watched')
  })

  test('keep the order of their properties, numbers among them, however often they are read', () => {
    const send = lane()
    const values = [
      { b: 1, a: 2 },
      { a: 1, b: 2 },
      { x: 1, 2: 2, 1: 3 },
      { 'a b': 1, '"': 2, '\n': 3, '\u2028': 4, '\ud800': 5 },
      {},
    ]
    for (let round = 0; round < 200; round += 1)
      for (const value of values) {
        const arrived = send(value)?.arrived as object
        expect(arrived).toStrictEqual(value)
        expect(Object.keys(arrived)).toEqual(Object.keys(value))
      }
  })

  test('have any number of properties', () => {
    const send = lane()
    for (const size of [MOST_NAMES - 1, MOST_NAMES, MOST_NAMES + 1, 500]) {
      const value = Object.fromEntries(
        Array.from({ length: size }, (_, index) => [`name ${index}`, index]),
      )
      for (let round = 0; round < 3; round += 1) expect(send(value)).toEqual({ arrived: value })
    }
  })

  test('with names that are never the same leave room for the others', () => {
    const send = lane()
    for (let round = 0; round < MOST_WAYS * 2; round += 1) {
      const map = { [`key ${round}`]: { id: round, [`other ${round}`]: 1 } }
      expect(send({ map, list: [round] })).toEqual({ arrived: { map, list: [round] } })
    }
    expect(send({ list: [], map: {} })).toEqual({ arrived: { list: [], map: {} } })
  })

  test('are made without setters of Object.prototype', () => {
    const send = lane()
    Object.defineProperty(Object.prototype, 'watched', {
      configurable: true,
      get: () => 'inherited',
      set: () => expect.unreachable(),
    })
    const many = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`n${index}`, 0]))
    for (const value of [{ watched: 1 }, { ...many, watched: 1 }]) {
      const arrived = send(value)?.arrived as object
      expect(Object.getOwnPropertyDescriptor(arrived, 'watched')?.value).toBe(1)
    }
  })

  test('are declined while every object inherits enumerable properties', () => {
    const send = lane()
    expect(send({ a: 1, inherited: 2 })).toBeDefined()
    Object.assign(Object.prototype, { inherited: 3 })
    expect(send({ a: 1 })).toBeUndefined()
  })

  test('leave an object with a getter to structured clone, and do not ask it', () => {
    const send = lane()
    let asked = 0
    const value = {
      get first() {
        asked += 1
        return { asked }
      },
      list: [1, 'two'],
    }
    expect(send(value)).toBeUndefined()
    expect(asked).toBe(0)
  })

  test('leave out what one of their getters deletes', () => {
    const send = lane()
    const make = () => ({
      get first() {
        Reflect.deleteProperty(this, 'second')
        return 1
      },
      second: 2,
      third: 3,
    })
    // Of names that have always been data, a getter is not expected any more.
    for (let times = 0; times < 70; times += 1) send({ first: 1, second: 2, third: 3 })
    expect(send(make())?.arrived).toStrictEqual(structuredClone(make()))
  })
})

describe('binary data in shared memory', () => {
  test('arrives as a Uint8Array with a buffer of its own, whatever its length', () => {
    const send = lane()
    for (const length of [1, 3, 64, 65, 4095, 4096, 5001]) {
      const value = new Uint8Array(length).map((_, index) => index)
      const arrived = send([value, 'after'])?.arrived as [Uint8Array, string]
      expect(arrived).toStrictEqual(structuredClone([value, 'after']))
      const moved = send({ a: 1, value, after: [value.slice(), 2] })?.arrived
      expect(moved).toStrictEqual({ a: 1, value, after: [value, 2] })
      expect(arrived[0].buffer).toBeInstanceOf(ArrayBuffer)
      expect(arrived[0].buffer.byteLength).toBe(length)
    }
  })

  test('arrives as a Buffer with memory of its own, where it was one', () => {
    for (const value of [Buffer.alloc(5000, 1), Buffer.from('in the pool')]) {
      const arrived = lane()({ list: [value] })?.arrived as { list: [Buffer] }
      const { list } = arrived
      expect(Buffer.isBuffer(list[0])).toBe(true)
      expect(list[0].equals(value)).toBe(true)
      expect(list[0].buffer.byteLength).toBe(value.length)
    }
  })

  test('is declined where structured clone takes more along than its bytes', () => {
    const send = lane()
    const buffer = new ArrayBuffer(8)
    const detached = new Uint8Array(8)
    structuredClone(detached, { transfer: [detached.buffer] })
    const slow = [
      new Uint8Array(buffer, 0, 4),
      new Uint8Array(buffer, 4),
      [new Uint8Array(buffer), new Uint8Array(buffer)],
      [new Uint8Array(buffer), 1, new Uint8Array(buffer)],
      [new Uint8Array(buffer), 1, 2, [new Uint8Array(buffer)]],
      new Uint8Array(new SharedArrayBuffer(8)),
      Reflect.construct(Uint8Array, [Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }])]),
      new (class Bytes extends Uint8Array {})(8),
      Object.create(Uint8Array.prototype),
      detached,
    ]
    for (const value of slow) expect(send([value])).toBeUndefined()
  })
})
