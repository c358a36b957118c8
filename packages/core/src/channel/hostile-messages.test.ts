/** Whatever stands in the memory that two threads share, or comes by their ports: who reads it neither crashes nor hangs. */
import { receiveMessageOnPort } from 'node:worker_threads'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { NO_CHANGES } from '../codec/clone-failure.js'
import type { CallMessage, Message, WireLocals } from '../protocol.js'
import { bothEnds, closeEnds, HEADER_WORDS, MAILS_WORD } from './both-ends.fixture.js'
import type { LaneChannel } from './lane-channel.js'
import { RING_BYTES } from './ring.js'

afterEach(closeEnds)

const RUNS = Number(process.env.FUZZ_RUNS ?? 100)
/** Each run has a ring of its own, on a machine that has other things to do; in ms. */
const PATIENCE = 60_000
/** More than were ever posted. */
const MOST_TAKEN = 10_000
const HEADER_BYTES = HEADER_WORDS * 4

/** All that comes; a reader that never comes to an end fails here instead of hanging. */
function takeAll(reader: LaneChannel): Message[] {
  const taken: Message[] = []
  for (let message = reader.take(); message; message = reader.take()) {
    taken.push(message)
    if (taken.length > MOST_TAKEN) throw new Error('it never ends')
  }
  return taken
}

/** The same ones are sent several times, so that readers are told of what they have. */
const localsOf: readonly WireLocals[] = [
  NO_CHANGES.locals,
  { keys: ['k'], values: { value: [1] }, deleted: [] },
  { keys: ['k', 'user'], values: { value: ['text', { name: 'ada' }] }, deleted: [] },
  { keys: ['k', 'user'], values: { value: [{ list: [1, 2.5] }, null] }, deleted: ['gone'] },
]

const call = (id: number, values: unknown[], isFar = false): CallMessage => ({
  kind: 'call',
  to: isFar ? '0/1/2' : '0/1',
  from: '0',
  id,
  target: { by: 'thread' },
  request: {
    mode: 'sync',
    ref: {
      kind: 'place',
      module: 'file:///m.js',
      format: 'esm',
      name: `f${id % 3}`,
      ordinal: 0,
    },
    args: { value: values },
    scope: {
      chain: id % 2 ? [{ thread: '0', frame: id }] : [],
      loop: '0',
      locals: localsOf[id % localsOf.length] ?? NO_CHANGES.locals,
      storages: [],
    },
    timed: false,
  },
})

const anyMessage = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 2 ** 30 }), fc.array(fc.jsonValue()), fc.boolean())
    .map(([id, values, isFar]): Message => call(id, values, isFar)),
  fc.tuple(fc.integer({ min: 1, max: 2 ** 30 }), fc.jsonValue()).map(
    ([id, value]): Message => ({
      kind: 'outcome',
      to: '0/1',
      from: '0',
      id,
      outcome: {
        ok: true,
        value: { value: [value] },
        changes: { ...NO_CHANGES, locals: localsOf[id % localsOf.length] ?? NO_CHANGES.locals },
      },
    }),
  ),
  fc.string().map((chunk): Message => ({ kind: 'output', to: '0/1', from: '0', fd: 1, chunk })),
)
/** A window on its memory, which only structured clone keeps: it goes by port. */
const byPort = fc.constant<Message>({
  kind: 'output',
  to: '0/1',
  from: '0',
  fd: 1,
  chunk: new Uint8Array(20).subarray(0, 10),
})
const messages = fc.array(fc.oneof({ weight: 5, arbitrary: anyMessage }, byPort), {
  minLength: 1,
  maxLength: 12,
})
/** In the words that are used, mostly: the rest of the ring is empty. */
const damage = fc.array(
  fc.record({
    word: fc.oneof(fc.nat(40), fc.nat(2000), fc.nat((RING_BYTES >> 2) - 1)),
    value: fc.oneof(
      fc.integer(),
      fc.integer({ min: -4, max: 40 }),
      fc.constantFrom(-1, 2 ** 31 - 1, -(2 ** 31)),
    ),
  }),
  { minLength: 1, maxLength: 20 },
)

function overwrite(
  memory: SharedArrayBuffer,
  places: ReadonlyArray<{ word: number; value: number }>,
) {
  const words = new Int32Array(memory)
  for (const { word, value } of places) words[word % words.length] = value
}

describe('a reader of a channel', () => {
  test(
    'takes what was posted, in order, when nothing is wrong',
    () => {
      fc.assert(
        fc.property(messages, (posted) => {
          const { writer, reader, errors } = bothEnds()
          for (const message of posted) writer.post(message)
          expect(takeAll(reader).map(({ kind }) => kind)).toEqual(posted.map(({ kind }) => kind))
          expect(errors).toEqual([])
        }),
        { numRuns: RUNS },
      )
    },
    PATIENCE,
  )

  test(
    'comes to an end whatever is written over the memory, and says once that it can’t be read',
    () => {
      fc.assert(
        fc.property(messages, damage, messages, (before, places, after) => {
          const { writer, reader, down, errors } = bothEnds()
          for (const message of before) writer.post(message)
          overwrite(down, places)
          takeAll(reader)
          for (const message of after) writer.post(message)
          takeAll(reader)
          expect(errors.length).toBeLessThanOrEqual(1)
          // Nobody who is about to sleep is kept awake by it.
          if (errors.length > 0) expect(reader.hasNews()).toBe(false)
        }),
        { numRuns: 3 * RUNS },
      )
    },
    PATIENCE,
  )

  test(
    'comes to an end in memory that was never anything but noise',
    () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ minLength: 64, maxLength: 4096 }),
          fc.nat(4096),
          (noise, tail) => {
            const { reader, down, errors } = bothEnds()
            new Uint8Array(down).set(noise, HEADER_BYTES)
            Atomics.store(new Int32Array(down), 16, tail)
            takeAll(reader)
            expect(errors.length).toBeLessThanOrEqual(1)
          },
        ),
        { numRuns: 3 * RUNS },
      )
    },
    PATIENCE,
  )

  test(
    'drops or refuses what others post to its port',
    () => {
      const mail = fc.oneof(
        fc.jsonValue(),
        fc.record({ serial: fc.oneof(fc.integer(), fc.jsonValue()), message: fc.jsonValue() }),
        fc.record({ serial: fc.oneof(fc.nat(2), fc.jsonValue()), moved: fc.jsonValue() }),
        fc.record({
          serial: fc.nat(2),
          number: fc.nat(2),
          notice: fc.oneof(
            fc.jsonValue(),
            fc.record({
              kind: fc.constantFrom('call', 'outcome', 'life', 'toString'),
              to: fc.constant('0/1'),
              from: fc.constant('0'),
              id: fc.nat(3),
              rest: fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())),
            }),
          ),
        }),
        fc.record({
          serial: fc.constant(0),
          message: fc.record({
            kind: fc.constantFrom(
              'call',
              'outcome',
              'abort',
              'context',
              'clean',
              'cleaned',
              'life',
              'gone',
              'output',
              'pulse',
              '__proto__',
              'toString',
            ),
            to: fc.oneof(fc.constant('0/1'), fc.jsonValue()),
            from: fc.oneof(fc.constant('0'), fc.jsonValue()),
            id: fc.jsonValue(),
            request: fc.jsonValue(),
            outcome: fc.jsonValue(),
          }),
        }),
      )
      fc.assert(
        fc.property(
          fc.array(mail, { maxLength: 6 }),
          anyMessage,
          fc.boolean(),
          (posted, honest, isMoving) => {
            const { writer, reader, down, port, errors } = bothEnds()
            for (const one of posted) {
              port.postMessage(one)
              Atomics.add(new Int32Array(down), MAILS_WORD, 1)
            }
            const bytes = new ArrayBuffer(8)
            if (isMoving) writer.post(call(1, [bytes]), [bytes])
            else writer.post(honest)
            for (const message of takeAll(reader)) expect(typeof message.kind).toBe('string')
            expect(errors.length).toBeLessThanOrEqual(1)
          },
        ),
        { numRuns: RUNS },
      )
    },
    PATIENCE,
  )

  test(
    'is not held up by messages that are doubled, missing or in another order',
    () => {
      fc.assert(
        fc.property(
          fc.array(byPort, { minLength: 2, maxLength: 6 }),
          fc.array(fc.nat(5), { maxLength: 8 }),
          anyMessage,
          (long, order, last) => {
            const { writer, reader, down, port, inbox, errors } = bothEnds()
            for (const message of long) writer.post(message)
            const mails: unknown[] = []
            for (let got = receiveMessageOnPort(inbox); got; got = receiveMessageOnPort(inbox))
              if (got.message !== null) mails.push(got.message)
            // As many as were counted, or more, or fewer.
            for (const index of order) port.postMessage(mails[index % mails.length])
            Atomics.store(new Int32Array(down), MAILS_WORD, order.length)
            writer.post(last)
            const taken = takeAll(reader)
            // A port keeps the order: what is not the next one is none that was posted.
            const next = (count: number, index: number) =>
              index % mails.length === count ? count + 1 : count
            const isWhole = order.reduce(next, 0) === long.length
            // All of it, or else somebody is told: nobody waits for what never comes.
            if (isWhole) expect(taken.length).toBe(long.length + 1)
            else expect(errors.length).toBe(1)
          },
        ),
        { numRuns: RUNS },
      )
    },
    PATIENCE,
  )
})
