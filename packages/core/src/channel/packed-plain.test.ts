import { describe, expect, test } from 'vitest'
import { PlainPacker, PlainUnpacker } from './packed-plain.js'

function lane() {
  const packer = new PlainPacker()
  const unpacker = new PlainUnpacker()
  return (value: unknown): unknown => {
    const packed = packer.pack(value)
    return packed && unpacker.unpack(structuredClone(packed, { transfer: [packed] }))
  }
}

const rows = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, name: `row ${id}`, ratio: id / 7, tags: ['x'] }))

describe('packed plain data', () => {
  test('arrives whole, small and large', () => {
    const send = lane()
    for (const count of [1, 100, 20_000, 1, 3000])
      expect(send(rows(count))).toStrictEqual(rows(count))
  })

  test('is refused where it is not plain, and the next one arrives', () => {
    const send = lane()
    expect(send([...rows(20_000), new Map([['fresh', 1]])])).toBeUndefined()
    expect(send({ fresh: rows(2) })).toStrictEqual({ fresh: rows(2) })
  })

  test('is refused where it is larger than anything that is worth packing', () => {
    const send = lane()
    const large = Array.from({ length: 70 }, () => 'x'.repeat(1024 * 1024))
    expect(send(large)).toBeUndefined()
    expect(send('small')).toBe('small')
  })
})
