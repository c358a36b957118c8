/** Tables of a channel that are full begin anew. */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Message } from '../protocol.js'
import {
  bothEnds,
  callOf,
  closeEnds,
  outcomeOf,
  recordsIn,
  refOf,
  resultIn,
} from './both-ends.fixture.js'
import { MOST_SHAPES, MOST_WAYS } from './plain-data.js'
import { PlainReader } from './plain-reader.js'
import { PlainWriter } from './plain-writer.js'
import { GENERIC, KIND_BITS, MOST_INTRODUCED } from './wire-format.js'

afterEach(closeEnds)

const RUNS = Number(process.env.FUZZ_RUNS ?? 100)

/** Each fills whole tables, which takes a while on a busy machine. */
const PATIENCE = 60_000

describe('shapes of objects', { timeout: PATIENCE }, () => {
  function lane() {
    const bytes = Buffer.from(new SharedArrayBuffer(1024 * 1024))
    const [writer, reader] = [new PlainWriter(bytes), new PlainReader(bytes)]
    const write = (value: unknown) => {
      writer.begin()
      const length = writer.write(value, 0, bytes.byteLength)
      expect(length).toBeGreaterThan(0)
      return length
    }
    return {
      send: (value: unknown) => {
        const length = write(value)
        expect(reader.read(0)).toStrictEqual(value)
        return length
      },
      /** Written, and taken back. */
      drop: (value: unknown) => {
        write(value)
        writer.forget()
      },
    }
  }
  /** A shape of two names, which is met often enough to be learned. */
  const often = (name: string) =>
    Array.from({ length: 4 }, () => ({ [`first ${name}`]: 1, [`second ${name}`]: [] }))

  test('are learned however many others have been before', () => {
    const { send } = lane()
    const length = (name: string) => {
      for (let round = 0; round < 3; round += 1) send(often(name))
      return send(often(name))
    }
    const known = length('known')
    for (let round = 0; round < MOST_SHAPES; round += 1) send(often(`other ${round}`))
    expect(length('known')).toBe(known)
    expect(length('later')).toBe(known)
  })

  test('that come once do not take the place of those that come often', () => {
    const { send } = lane()
    send(often('known'))
    const known = send(often('known'))
    for (let round = 0; round < MOST_SHAPES * 2; round += 1) {
      send({ [`once ${round}`]: { [`below ${round}`]: 1 } })
      if (round % 97 === 0) expect(send(often('known'))).toBe(known)
    }
  })

  test('are the same on both sides, whatever is written and taken back in between', () => {
    const name = fc.integer({ min: 0, max: MOST_WAYS * 3 })
    const step = fc.record({ name, isSent: fc.boolean(), more: fc.array(name, { maxLength: 8 }) })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        const { send, drop } = lane()
        // Nearly full from the start.
        for (let round = 0; round < MOST_WAYS - 4; round += 1) send(often(`full ${round}`))
        for (const { name, isSent, more } of steps) {
          const value = [
            ...often(`${name}`),
            ...more.flatMap((other) => often(`${name} ${other}`)),
            'text',
          ]
          if (isSent) send(value)
          else drop(value)
          send({ text: 'in between', list: [name] })
        }
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    )
  })

  test('are told anew where the record that told it is taken back', () => {
    const { send, drop } = lane()
    for (let round = 0; round < MOST_WAYS + 1; round += 1) send(often(`way ${round}`))
    drop(often('a'))
    drop('text')
    send('text')
    send(often('b'))
    send(often('way 3'))
    send(often('a'))
  })
})

describe('introductions', { timeout: PATIENCE }, () => {
  test('go on after the last number: each call names its own function and keys, as a call, in shared memory', () => {
    const { writer, reader, down, errors } = bothEnds()
    const { words, tail, flagsAt } = recordsIn(down)
    const KEYS = 500
    let generic = 0
    const rounds = Math.ceil((MOST_INTRODUCED * 2.2) / KEYS)
    const first = refOf(0)
    for (let round = 0; round < rounds; round += 1) {
      const keys = Array.from({ length: KEYS }, (_, index) => `key ${round} ${index}`)
      const locals = { keys, values: { value: keys.map(() => 1) }, deleted: [] }
      for (const ref of [first, refOf(round + 1)]) {
        writer.post(callOf(round, { ref, locals }))
        const message = reader.take() as Extract<Message, { kind: 'call' }>
        expect(errors).toEqual([])
        expect(message.request.ref).toEqual(ref)
        expect(message.request.scope.locals.keys).toEqual(keys)
      }
      const from = tail()
      const newOne = refOf(1_000_000 + round)
      writer.post(callOf(round, { ref: newOne }))
      // Its introduction, or, where there is no room for one, the call itself.
      if (((words[flagsAt(from)] as number) & KIND_BITS) === GENERIC) generic += 1
      expect(reader.take()).toMatchObject({ request: { ref: newOne } })
      writer.post(outcomeOf(round, { round }))
      expect(resultIn(reader.take())).toEqual({ round })
    }
    // The message that finds the table nearly full takes the generic way, and no other.
    expect(generic).toBeLessThan(4)
  })
})
