/** Values of up to a megabyte go through shared memory, among small ones, for as long as there is room. */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { bothEnds, closeEnds, MAILS_WORD, outcomeOf, resultIn } from './both-ends.fixture.js'
import { MAX_RECORD } from './ring.js'

afterEach(closeEnds)

const MB = 2 ** 20

const bytesOf = (size: number, seed: number) => {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += 997) bytes[at] = seed + at
  return bytes
}

describe('a large value', () => {
  test.each([
    ['bytes', bytesOf(MB, 3)],
    ['a Buffer', Buffer.from(bytesOf(MB, 5))],
    ['a text', 'x'.repeat(MB)],
    ['a text of two bytes a character', '\u{1F600}\uD800'.repeat(100_000)],
    ['many objects', Array.from({ length: 9000 }, (_, id) => ({ id, name: `number ${id}` }))],
    ['numbers', Array.from({ length: 120_000 }, (_, index) => index / 3)],
  ])('goes through shared memory: %s', (_, value) => {
    const { writer, reader, down } = bothEnds()
    writer.post(outcomeOf(1, value))
    expect(new Int32Array(down)[MAILS_WORD]).toBe(0)
    expect(resultIn(reader.take())).toEqual(value)
  })

  test('goes through shared memory wherever the writer stands, as long as all before it has been read', () => {
    const sizes = fc.array(
      fc.oneof(fc.nat(2000), fc.integer({ min: 10_000, max: 120_000 }), fc.nat(MB)),
      { minLength: 2, maxLength: 30 },
    )
    fc.assert(
      fc.property(sizes, (all) => {
        const { writer, reader, down } = bothEnds()
        for (const [id, size] of [33_000, 100_000, ...all].entries()) {
          writer.post(outcomeOf(id, 'x'.repeat(size)))
          expect((resultIn(reader.take()) as string).length).toBe(size)
          expect(reader.take()).toBeUndefined()
        }
        expect(new Int32Array(down)[MAILS_WORD]).toBe(0)
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  test('goes by port where it is longer than a record', () => {
    const { writer, reader, down } = bothEnds()
    const value = bytesOf(MAX_RECORD + 1, 7)
    writer.post(outcomeOf(1, value))
    writer.post(outcomeOf(2, 'small'))
    expect(new Int32Array(down)[MAILS_WORD]).toBe(1)
    expect(resultIn(reader.take())).toEqual(value)
    expect(resultIn(reader.take())).toBe('small')
  })

  test('arrives whole and in order, whatever else is on its way and whenever it is read', () => {
    const sizes = fc.oneof(
      { weight: 3, arbitrary: fc.nat(2000) },
      fc.integer({ min: 10_000, max: 70_000 }),
      fc.integer({ min: 200_000, max: MAX_RECORD + 4096 }),
    )
    const steps = fc.array(fc.record({ size: sizes, reads: fc.nat(3) }), {
      minLength: 1,
      maxLength: 40,
    })
    fc.assert(
      fc.property(steps, (taken) => {
        const { writer, reader, errors } = bothEnds()
        let [posted, read] = [0, 0]
        const take = () => {
          const message = reader.take()
          if (!message) return false
          const { size } = taken[read] as { size: number }
          const value = resultIn(message) as Uint8Array
          expect((message as { id: number }).id).toBe(read)
          expect(value.length).toBe(size)
          expect(Buffer.compare(value, bytesOf(size, read))).toBe(0)
          read += 1
          return true
        }
        for (const { size, reads } of taken) {
          writer.post(outcomeOf(posted, bytesOf(size, posted)))
          posted += 1
          for (let left = reads; left > 0; left -= 1) take()
        }
        while (take());
        expect(read).toBe(posted)
        expect(errors).toEqual([])
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})
