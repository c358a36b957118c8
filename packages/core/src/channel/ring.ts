/**
 * A ring of records in shared memory, for one writer and one reader. Positions count bytes and never go back (they wrap at 2³²,
 * which the size of the ring divides); the difference of both is what is in between.
 *
 * Order: the writer fills the record *before* it moves the tail, and the reader moves the head only *after* it has read the
 * record. Moved before, the other side would read, or overwrite, what is not finished. Both moves are atomic stores, which
 * the plain writes and reads around them do not cross.
 */
const HEAD = 0
const TAIL = 1
const DOZING = 2
/** How many messages have gone by port instead. */
const MAILS = 3
const HEADER_SLOTS = 4
/** A record's length stands before it; this one says: go on at the beginning. */
const WRAP = -1
/** Longest record, in bytes. So much must be free in one piece before one is begun. */
export const MAX_RECORD = 32 * 1024
const CAPACITY = 128 * 1024
const ALIGN = 8
const HEADER = HEADER_SLOTS * Int32Array.BYTES_PER_ELEMENT
/** Before each record: its length and its number. */
const PREFIX = 2 * Int32Array.BYTES_PER_ELEMENT

export const RING_BYTES = HEADER + CAPACITY

export class Ring {
  readonly #slots: Int32Array
  readonly #prefixes: Int32Array
  /** The memory that records lie in. */
  readonly bytes: Buffer

  constructor(readonly memory: SharedArrayBuffer) {
    this.#slots = new Int32Array(memory, 0, HEADER_SLOTS)
    this.#prefixes = new Int32Array(memory, HEADER)
    this.bytes = Buffer.from(memory, HEADER, CAPACITY)
  }

  /** Where the writer may put a record of up to `MAX_RECORD` bytes, or -1 while there is no room for one. */
  begin(): number {
    const tail = Atomics.load(this.#slots, TAIL) >>> 0
    const free = CAPACITY - ((tail - (Atomics.load(this.#slots, HEAD) >>> 0)) >>> 0)
    const at = tail % CAPACITY
    const needed = PREFIX + MAX_RECORD
    const untilEnd = CAPACITY - at
    if (untilEnd >= needed) return free >= needed ? at + PREFIX : -1
    // Not in one piece before the end: the rest stays empty, if the beginning has room.
    if (free < untilEnd + needed) return -1
    this.#prefixes[at / 4] = WRAP
    Atomics.store(this.#slots, TAIL, (tail + untilEnd) | 0)
    return PREFIX
  }

  /** The record that `begin` made room for is complete, and from now on the reader's. */
  commit(length: number, number: number): void {
    const tail = Atomics.load(this.#slots, TAIL) >>> 0
    const at = (tail % CAPACITY) / 4
    this.#prefixes[at] = length
    this.#prefixes[at + 1] = number
    Atomics.store(this.#slots, TAIL, (tail + sizeOf(length)) | 0)
  }

  /** Where the next record begins, or -1 where there is none. */
  peek(): number {
    for (;;) {
      const head = Atomics.load(this.#slots, HEAD) >>> 0
      if (head === Atomics.load(this.#slots, TAIL) >>> 0) return -1
      const at = head % CAPACITY
      if (this.#prefixes[at / 4] !== WRAP) return at + PREFIX
      Atomics.store(this.#slots, HEAD, (head + CAPACITY - at) | 0)
    }
  }

  /** The number of the record that `peek` showed. */
  numberAt(at: number): number {
    return this.#prefixes[at / 4 - 1] ?? 0
  }

  /** The record that `peek` showed has been read; its room is the writer's again. */
  advance(): void {
    const head = Atomics.load(this.#slots, HEAD) >>> 0
    const length = this.#prefixes[(head % CAPACITY) / 4] ?? 0
    Atomics.store(this.#slots, HEAD, (head + sizeOf(length)) | 0)
  }

  /** The writer has posted a message by port; counted after the post, so that the reader finds what it counts. */
  countMail(): void {
    Atomics.add(this.#slots, MAILS, 1)
  }

  mailCount(): number {
    return Atomics.load(this.#slots, MAILS)
  }

  /**
   * The reader says that it will not look again before it is woken. It must look once more *after* saying so: a record that
   * was written in between has found it awake.
   */
  doze(): void {
    Atomics.store(this.#slots, DOZING, 1)
  }

  /** The writer asks, after a commit, whether the reader must be woken: only the first to ask has to. */
  takeDoze(): boolean {
    return Atomics.exchange(this.#slots, DOZING, 0) === 1
  }
}

function sizeOf(length: number): number {
  return PREFIX + Math.ceil(length / ALIGN) * ALIGN
}
