/**
 * What the threads that run one tree share: latches, and a log of events whose order is the order in which they
 * happened, whichever thread wrote them.
 */
export const EVENTS = ['before', 'after', 'enter', 'exit', 'hook']
/** How many keys the `Local` of a tree has. */
export const KEYS = 6
/** The latches that a step has. */
export const LATCH = { entered: 0, noticed: 1, release: 2, done: 3 }

const LATCHES = 4
const HEADER = 4
const [CAPACITY, COUNT, TEXT_LENGTH, STEPS] = [0, 1, 2, 3]
const FIELDS = 8 + KEYS
const TEXT = 8000
const PATIENCE_MS = 10_000

export class TreeMemory {
  #slots
  #log
  #text

  /** @param {SharedArrayBuffer} buffer As `make` made it. */
  constructor(buffer) {
    this.buffer = buffer
    this.#slots = new Int32Array(buffer)
    this.#log = HEADER + LATCHES * this.#slots[STEPS]
    this.#text = this.#log + FIELDS * this.#slots[CAPACITY]
  }

  /** @param {number} steps One more than the highest number of a step. @param {number} events How many are expected. */
  static make(steps, events) {
    // Some more: what should not happen must be seen, too.
    const capacity = events + 200
    const size = HEADER + LATCHES * steps + FIELDS * capacity + TEXT
    const buffer = new SharedArrayBuffer(4 * size)
    const slots = new Int32Array(buffer)
    slots[CAPACITY] = capacity
    slots[STEPS] = steps
    return new TreeMemory(buffer)
  }

  /** @param {{ event: string, id: number, thread: number, outcome?: { kind: number, number: number, same?: boolean, text?: string }, mark?: number, locals: number[] }} event */
  write({ event, id, thread, outcome, mark = 0, locals }) {
    const index = Atomics.add(this.#slots, COUNT, 1)
    if (index >= this.#slots[CAPACITY]) return
    const at = this.#log + index * FIELDS
    const note = outcome?.text === undefined ? 0 : this.#keep(outcome.text)
    const fields = [1 + EVENTS.indexOf(event), id, thread, outcome?.kind ?? -1]
    fields.push(outcome?.number ?? 0, outcome?.same ? 1 : 0, mark, note, ...locals)
    this.#slots.set(fields, at)
  }

  /** How many events there are. */
  get count() {
    return Math.min(Atomics.load(this.#slots, COUNT), this.#slots[CAPACITY])
  }

  /** All events, in their order. */
  read() {
    return Array.from({ length: this.count }, (_, index) => {
      const at = this.#log + index * FIELDS
      const [event, id, thread, kind, number, same, mark, note] = this.#slots.slice(at, at + 8)
      return {
        index,
        event: EVENTS[event - 1],
        id,
        thread,
        outcome: kind < 0 ? undefined : { kind, number, same: same === 1 },
        mark,
        text: note > 0 ? this.#textAt(note) : undefined,
        locals: [...this.#slots.slice(at + 8, at + FIELDS)],
      }
    })
  }

  open(id, latch) {
    const slot = this.#latch(id, latch)
    Atomics.store(this.#slots, slot, 1)
    Atomics.notify(this.#slots, slot)
  }

  isOpen(id, latch) {
    return Atomics.load(this.#slots, this.#latch(id, latch)) === 1
  }

  /** Blocks the thread. */
  waitBlocking(id, latch) {
    if (Atomics.wait(this.#slots, this.#latch(id, latch), 0, PATIENCE_MS) === 'timed-out')
      throw new Error(`nobody opened the latch ${latch} of step ${id}`)
  }

  /** Lets the loop turn. */
  async wait(id, latch) {
    const { async, value } = Atomics.waitAsync(this.#slots, this.#latch(id, latch), 0, PATIENCE_MS)
    if (!async) return
    // Alone, the wait would not keep the loop alive.
    const anchor = setInterval(() => {}, PATIENCE_MS)
    try {
      if ((await value) === 'timed-out')
        throw new Error(`nobody opened the latch ${latch} of step ${id}`)
    } finally {
      clearInterval(anchor)
    }
  }

  #latch(id, latch) {
    return HEADER + LATCHES * id + latch
  }

  #keep(text) {
    const codes = [...text.slice(0, 1000)].map((char) => char.codePointAt(0))
    const at = Atomics.add(this.#slots, TEXT_LENGTH, codes.length + 1)
    if (at + codes.length + 1 > TEXT) return 0
    this.#slots.set([codes.length, ...codes], this.#text + at)
    return at + 1
  }

  #textAt(note) {
    const at = this.#text + note - 1
    const length = this.#slots[at]
    return String.fromCodePoint(...this.#slots.slice(at + 1, at + 1 + length))
  }
}
