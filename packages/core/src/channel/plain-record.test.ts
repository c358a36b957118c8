import { describe, expect, test } from 'vitest'
import { PlainReader } from './plain-reader.js'
import { PlainWriter } from './plain-writer.js'

const SIZE = 64 * 1024

function lane() {
  const bytes = Buffer.from(new SharedArrayBuffer(SIZE))
  return { writer: new PlainWriter(bytes), reader: new PlainReader(bytes) }
}

describe('a record of several values', () => {
  test('is read in the order it was written, wherever it lies', () => {
    const { writer, reader } = lane()
    for (const at of [0, 8, 1000, 4]) {
      writer.begin()
      const first = writer.writeList([1, { a: 'x' }], at, 100)
      const second = writer.write({ a: 'y', b: [] }, at + first, 100)
      expect(reader.read(at)).toEqual([1, { a: 'x' }])
      expect(reader.end).toBe(at + first)
      expect(reader.read(reader.end)).toEqual({ a: 'y', b: [] })
      expect(reader.end).toBe(at + first + second)
    }
  })

  test('may leave out the value that was declined', () => {
    const { writer, reader } = lane()
    writer.begin()
    const first = writer.write({ a: 1 }, 0, 100)
    expect(writer.write({ b: 1, bad: new Map() }, first, 100)).toBe(-1)
    const second = writer.write({ b: 2 }, first, 100)
    expect(second).toBeGreaterThan(0)
    expect(reader.read(0)).toEqual({ a: 1 })
    expect(reader.read(reader.end)).toEqual({ b: 2 })
  })

  test('teaches nothing where it is forgotten', () => {
    const { writer, reader } = lane()
    writer.begin()
    writer.write({ a: 1 }, 0, 100)
    reader.read(0)
    writer.begin()
    const first = writer.write({ a: 1, b: 2 }, 0, 100)
    writer.write({ c: 3 }, first, 100)
    writer.forget()
    writer.begin()
    writer.write([{ c: 4, a: 1 }, { a: 2, b: 3 }, { a: 5 }], 0, 200)
    expect(reader.read(0)).toEqual([{ c: 4, a: 1 }, { a: 2, b: 3 }, { a: 5 }])
  })

  test('is declined where an object occurs twice in one value of it, and may have it in two', () => {
    const { writer } = lane()
    const shared = { a: 1 }
    writer.begin()
    expect(writer.write([shared], 0, 100)).toBeGreaterThan(0)
    expect(writer.write({ shared }, 100, 100)).toBeGreaterThan(0)
    expect(writer.write([shared, shared], 200, 100)).toBe(-1)
  })

  test('is not disturbed by a getter that sends something itself', () => {
    const { writer, reader } = lane()
    const inner: number[] = []
    // Of names that have always been data, a getter is not expected any more.
    for (let times = 0; times < 70; times += 1) {
      writer.begin()
      writer.write({ a: 1, b: { a: 2 }, c: 3 }, 0, 200)
      reader.read(0)
    }
    const value = {
      a: 1,
      get b() {
        writer.begin()
        inner.push(writer.write({ c: 1 }, 0, 100))
        writer.forget()
        return { a: 2 }
      },
      c: 3,
    }
    writer.begin()
    expect(writer.write(value, 0, 200)).toBeGreaterThan(0)
    expect(inner).toEqual([-1])
    expect(reader.read(0)).toEqual({ a: 1, b: { a: 2 }, c: 3 })
  })

  test('finds an object that occurs twice among thousands that look the same', () => {
    const { writer } = lane()
    const alike = Array.from({ length: 3000 }, () => ({ a: 1 }))
    writer.begin()
    expect(writer.write(alike, 0, SIZE)).toBeGreaterThan(0)
    for (const index of [0, 5, 2500]) {
      writer.begin()
      expect(writer.write([...alike, alike[index]], 0, SIZE)).toBe(-1)
    }
  })

  test('writes nothing beyond its size', () => {
    const bytes = Buffer.alloc(400)
    const writer = new PlainWriter(bytes)
    for (const value of ['größer'.repeat(20), '\ud800'.repeat(30), 'x'.repeat(90), [1, 2, 3, 0.5]])
      for (let size = 0; size <= 200; size += 1) {
        bytes.fill(7)
        writer.begin()
        writer.write(value, 100, size)
        expect(bytes.subarray(100 + size).every((byte) => byte === 7)).toBe(true)
      }
  })
})
