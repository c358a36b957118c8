import { describe, expect, test } from 'vitest'
import { PlainReader } from './plain-reader.js'
import { PlainWriter } from './plain-writer.js'

const SIZE = 64 * 1024

/** A writer and a reader on the same memory, as two threads have them: each record may teach the next. */
function lane(size = SIZE) {
  const bytes = Buffer.from(new SharedArrayBuffer(SIZE))
  const writer = new PlainWriter(bytes)
  const reader = new PlainReader(bytes)
  return {
    /** @returns what arrives, or undefined where the value takes the slow way. */
    send(value: unknown): { arrived: unknown } | undefined {
      writer.begin()
      const length = writer.write(value, 0, size)
      return length < 0 ? undefined : { arrived: reader.read(0) }
    },
  }
}

/** Small, seeded, and the same on every run. */
function dice(seed: number) {
  let state = seed
  return (sides: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

const texts = [
  '',
  'id',
  'größer',
  '日本',
  '\u{1F600}',
  'a'.repeat(40),
  `${'b'.repeat(30)}é`,
  '\ud800',
  '__proto__',
  '\0',
]
const numbers = [
  0,
  -0,
  1,
  -1,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 31,
  2 ** 53,
  0.1,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
]

function anything(roll: (sides: number) => number, depth: number): unknown {
  switch (roll(depth > 0 ? 11 : 5)) {
    case 0:
      return texts[roll(texts.length)]
    case 1:
      return numbers[roll(numbers.length)]
    case 2:
      return roll(2) === 0
    case 3:
      return null
    case 4:
      return undefined
    case 5:
    case 6:
      return Array.from({ length: roll(5) }, () => anything(roll, depth - 1))
    case 7:
      return Array.from({ length: roll(40) }, () => numbers[roll(numbers.length)])
    case 8:
      return new Uint8Array(roll(100)).fill(roll(256))
    default:
      return Object.fromEntries(
        Array.from({ length: roll(5) }, () => [
          texts[roll(texts.length)],
          anything(roll, depth - 1),
        ]),
      )
  }
}

describe('plain data in shared memory', () => {
  test('arrives as structured clone would deliver it, or is declined', () => {
    const { send } = lane()
    const roll = dice(7)
    let sent = 0
    for (let round = 0; round < 6000; round += 1) {
      const value = anything(roll, 4)
      const result = send(value)
      if (!result) continue
      sent += 1
      expect(result.arrived).toStrictEqual(structuredClone(value))
    }
    expect(sent).toBeGreaterThan(4000)
  })

  test('keeps every number, and -0 apart from 0', () => {
    const { send } = lane()
    for (const number of numbers) expect(Object.is(send(number)?.arrived, number)).toBe(true)
  })

  test('keeps every text, lone surrogates too', () => {
    const { send } = lane()
    for (const text of texts) expect(send(text)).toEqual({ arrived: text })
  })

  test('keeps the names that it has learned, from record to record and through declined ones', () => {
    const { send } = lane()
    expect(send({ a: 1, b: 2 })).toEqual({ arrived: { a: 1, b: 2 } })
    expect(send({ b: 3, c: { a: 4 } })).toEqual({ arrived: { b: 3, c: { a: 4 } } })
    expect(send({ d: 1, e: new Map() })).toBeUndefined()
    expect(send({ e: 5, d: 6, a: 7 })).toEqual({ arrived: { e: 5, d: 6, a: 7 } })
  })

  test('goes on right after more names than it learns', () => {
    const { send } = lane()
    for (let round = 0; round < 5000; round += 1) {
      const value = { [`name ${round}`]: round, common: round }
      expect(send(value)).toEqual({ arrived: value })
    }
    expect(send({ 'name 1': 1, 'name 4999': 2, fresh: 3 })).toEqual({
      arrived: { 'name 1': 1, 'name 4999': 2, fresh: 3 },
    })
  })

  test('is declined where structured clone does more than copying properties', () => {
    const shared = {}
    const round: Record<string, unknown> = {}
    round.self = round
    const withHole = [1, 2]
    delete withHole[0]
    const holeAndMore = Object.assign([undefined, 1] as unknown[], { x: 2 })
    class Money {
      cents = 5
    }
    const slow = [
      ...[
        new Date(0),
        new Map(),
        new Set(),
        /x/,
        new Error('m'),
        new Money(),
        10n,
        Symbol('s'),
        () => 1,
      ],
      ...[new Uint16Array(2), new SharedArrayBuffer(8), new ArrayBuffer(8), Buffer.alloc(0)],
      ...[
        [shared, shared],
        round,
        withHole,
        holeAndMore,
        Object.assign([1], { x: 2 }),
        new Number(5),
      ],
      // Their slots make them what they are, whatever their prototype says.
      ...[Object.setPrototypeOf(new Error('m'), null), Object.setPrototypeOf(new Map(), null)],
      JSON.parse('{"__proto__":{"polluted":true}}'),
    ]
    const { send } = lane()
    for (const value of slow) {
      expect(send(value)).toBeUndefined()
      expect(send([{ deep: value }])).toBeUndefined()
    }
    expect(send('still in order')).toEqual({ arrived: 'still in order' })
  })

  test('is declined where a getter throws, and calls no getter that structured clone would not', () => {
    const { send } = lane()
    const trap = {
      get trap(): never {
        throw new Error('trapped')
      },
    }
    expect(send({ trap })).toBeUndefined()
    const hidden = Object.defineProperty({ a: 1 }, 'hidden', {
      get() {
        throw new Error('not enumerable')
      },
    })
    expect(send(hidden)).toEqual({ arrived: { a: 1 } })
    expect(send({ a: 1, [Symbol('s')]: 2 })).toEqual({ arrived: { a: 1 } })
  })

  test('is declined where it does not fit, byte by byte, and the next record is whole', () => {
    const value = { name: 'größer', list: [1, 2.5, 'text', { deep: true }] }
    for (let size = 0; size < 120; size += 1) {
      const { send } = lane(size)
      const result = send(value)
      if (result) expect(result.arrived).toEqual(value)
      expect(send([])).toEqual(size >= 8 ? { arrived: [] } : undefined)
      expect(send(null)).toEqual(size >= 8 ? { arrived: null } : undefined)
    }
  })

  test('is declined where it is too deep to be walked safely', () => {
    const { send } = lane()
    let deep: unknown = 1
    for (let level = 0; level < 20_000; level += 1) deep = [deep]
    expect(send(deep)).toBeUndefined()
    expect(send(1)).toEqual({ arrived: 1 })
  })
})
