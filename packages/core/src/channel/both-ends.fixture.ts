/** For tests: both ends of a channel in one thread, and what stands between them. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { NO_CHANGES } from '../codec/clone-failure.js'
import type { CallMessage, FunctionRef, Message, WireLocals } from '../protocol.js'
import { Bell } from './bell.js'
import { LaneChannel } from './lane-channel.js'
import { SLOT_COUNT } from './layout.js'
import { RING_BYTES } from './ring.js'

/**
 * Where a ring has the writer's position and how many messages went by port, how long what stands before the records is, and what stands
 * before each: in words.
 */
const TAIL = 16
export const MAILS_WORD = 17
export const HEADER_WORDS = 32
const PREFIX_WORDS = 2

const ports: MessagePort[] = []

/** To be called after each test. */
export function closeEnds(): void {
  for (const port of ports.splice(0)) port.close()
}

/** From thread `0` to `0/1`, the maker's end first; `down` is the ring of what the first one writes. */
export function bothEnds() {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  const [up, down] = [new SharedArrayBuffer(RING_BYTES), new SharedArrayBuffer(RING_BYTES)]
  const errors: unknown[] = []
  const ends = {
    peerBell: new Bell(new SharedArrayBuffer(SLOT_COUNT * Int32Array.BYTES_PER_ELEMENT)),
    onMalformed: (error: unknown) => errors.push(error),
    encodeReason: ({ message }: Error) => ({ value: [message] }),
  }
  const writer = new LaneChannel({
    ...ends,
    port: port1,
    here: '0',
    peer: '0/1',
    out: down,
    in: up,
  })
  const reader = new LaneChannel({
    ...ends,
    port: port2,
    here: '0/1',
    peer: '0',
    out: up,
    in: down,
  })
  return { writer, reader, down, port: port1, inbox: port2, errors }
}

/** The records that are written into a ring. */
export function recordsIn(ring: SharedArrayBuffer) {
  const words = new Int32Array(ring)
  return {
    words,
    /** Where the next one will begin, in bytes. */
    tail: () => Atomics.load(words, TAIL),
    /** Which word has the flags of the one that began there. */
    flagsAt: (tail: number) =>
      HEADER_WORDS + ((tail >> 2) & (words.length - HEADER_WORDS - 1)) + PREFIX_WORDS,
  }
}

/** The reference of a function at the top level of a module. */
export const refOf = (number: number): FunctionRef => ({
  kind: 'place',
  module: 'm.js',
  format: 'esm',
  name: `f${number}`,
  ordinal: number,
})

interface HowCalled {
  ref?: FunctionRef
  argument?: unknown
  locals?: WireLocals
  from?: string
}

/** A call from thread `0`, or from the one that is named, to `0/1`. */
export const callOf = (
  id: number,
  { ref = refOf(0), argument = id, locals = NO_CHANGES.locals, from = '0' }: HowCalled = {},
): CallMessage => ({
  kind: 'call',
  to: '0/1',
  from,
  id,
  target: { by: 'thread' },
  request: {
    mode: 'sync',
    ref,
    args: { value: [argument] },
    scope: { chain: [], loop: '0', locals, storages: [] },
  },
})

/** What a call has given, on its way to the thread that reads. */
export const outcomeOf = (id: number, value: unknown): Message => ({
  kind: 'outcome',
  to: '0/1',
  from: '0',
  id,
  outcome: { ok: true, value: { value: [value] }, changes: NO_CHANGES },
})

/** What a call has given, where that is what the message tells. */
export const resultIn = (message: Message | undefined): unknown =>
  message?.kind === 'outcome' && message.outcome.ok === true
    ? (message.outcome.value.value as unknown[])[0]
    : undefined
