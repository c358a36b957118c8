/**
 * A ring of records in shared memory, for one writer and one reader. Positions count bytes and never go back; the difference of both
 * is what is in between. They wrap at 2³², which the size of the ring divides, and are kept as signed numbers of 32 bits: as others
 * they would outgrow, after some gigabytes, what the engine had compiled all of this for.
 *
 * Order: the writer fills the record *before* it moves the tail, and the reader moves the head only *after* it has read the
 * record. Moved before, the other side would read, or overwrite, what is not finished. Both moves are atomic stores, which
 * the plain writes and reads around them do not cross. Each side keeps its own position, and looks at the other's only when
 * it has used up what it saw last.
 */
import { malformed } from './malformed.js'

const HEAD = 0
/** On a line of its own: the reader writes the head while the writer writes the tail. */
const TAIL = 16
/** How many messages have gone by port instead. */
const MAILS = 17
const HEADER_SLOTS = 32
/** A record's length stands before it; this one says: go on at the beginning. */
const WRAP = -1
/** Longest record, in bytes: a value of a megabyte, and what stands around it. */
export const MAX_RECORD = 1088 * 1024
/** So much must be free in one piece before a record is begun, where nobody asks for more. */
const USUAL = 32 * 1024
/** Memory that was never used costs nothing. */
const CAPACITY = 4 * 1024 * 1024
/** A position's place in the ring is its last digits. */
const WITHIN = CAPACITY - 1
/** From here on the writer goes back to the beginning as soon as it may, so that small messages stay in the same few pages. */
const NEAR = 48 * 1024
/** After so many bytes at most the reader tells how far it is. */
const TELL = NEAR / 4
const ALIGN = 8
const HEADER = HEADER_SLOTS * Int32Array.BYTES_PER_ELEMENT
/** Before each record: its length and its number. */
const PREFIX = 2 * Int32Array.BYTES_PER_ELEMENT

export const RING_BYTES = HEADER + CAPACITY

/** Makes memory that was another ring's a ring in which nothing was ever written. No one may use it as the other ring any more. */
export function newRing(memory: SharedArrayBuffer): void {
  new Int32Array(memory, 0, HEADER_SLOTS).fill(0)
}

export class Ring {
  readonly #slots: Int32Array
  readonly #prefixes: Int32Array
  /** This side's own position, and the other's as last seen. */
  #own = 0
  #other = 0
  /** The reader's position as the writer may know it. */
  #told = 0
  #room = 0
  /**
   * So many bytes are left empty before the record that was begun. Told to the reader with the record and not before: where it turns out
   * to need more room, it is begun in another place, which what had been told would take away.
   */
  #skipped = 0
  /** The memory that records lie in. */
  readonly bytes: Buffer

  constructor(readonly memory: SharedArrayBuffer) {
    this.#slots = new Int32Array(memory, 0, HEADER_SLOTS)
    this.#prefixes = new Int32Array(memory, HEADER)
    this.bytes = Buffer.from(memory, HEADER, CAPACITY)
  }

  /**
   * Where the writer may put a record, or -1 while there is no room for one of `least` bytes. How much more there is, `room` says: as
   * much as lies there in one piece, so that hardly any record is begun a second time.
   */
  begin(least = USUAL): number {
    const at = this.#own & WITHIN
    const needed = PREFIX + least
    const seen = (this.#own - this.#other) >>> 0
    if (at < NEAR && seen + needed <= CAPACITY) return this.#beginAt(at, seen)
    this.#other = Atomics.load(this.#slots, HEAD)
    const used = (this.#own - this.#other) >>> 0
    const untilEnd = CAPACITY - at
    const hasRoomAhead = used + untilEnd + needed <= CAPACITY
    if (untilEnd >= needed && !(at >= NEAR && hasRoomAhead))
      return used + needed <= CAPACITY ? this.#beginAt(at, used) : -1
    // Not in one piece before the end, or too far from the beginning: the rest stays empty.
    if (!hasRoomAhead) return -1
    return this.#beginAt(0, used + untilEnd, untilEnd)
  }

  /** @param used So many bytes are not the writer's: from `at` on as many as are left, but not beyond the end. */
  #beginAt(at: number, used: number, skipped = 0): number {
    this.#room = Math.min(CAPACITY - Math.max(at, used) - PREFIX, MAX_RECORD)
    this.#skipped = skipped
    return at + PREFIX
  }

  /** So many bytes the record that was begun last may have. */
  get room(): number {
    return this.#room
  }

  /** The record that `begin` made room for is complete, and from now on the reader's. */
  commit(length: number, number: number): void {
    const skipped = this.#skipped
    let at = (this.#own & WITHIN) >> 2
    if (skipped > 0) {
      this.#prefixes[at] = WRAP
      at = 0
    }
    this.#prefixes[at] = length
    this.#prefixes[at + 1] = number
    this.#moveTail(skipped + sizeOf(length))
  }

  /** Whether there is anything to read: for a reader that is about to sleep. */
  hasRecord(): boolean {
    return this.#own !== Atomics.load(this.#slots, TAIL)
  }

  /** Where the next record begins, or -1 where there is none. */
  peek(): number {
    for (;;) {
      if (this.#own === this.#other) {
        this.#other = Atomics.load(this.#slots, TAIL)
        if (this.#own === this.#other) {
          this.#tellHead()
          return -1
        }
      }
      const at = this.#own & WITHIN
      const length = this.#prefixes[at >> 2] as number
      const ready = (this.#other - this.#own) >>> 0
      if (length !== WRAP) {
        if (!(length >= 0 && length <= MAX_RECORD && sizeOf(length) <= ready && ready <= CAPACITY))
          malformed(`a record of ${length} bytes is said to be among ${ready}`)
        return at + PREFIX
      }
      if (at === 0 || CAPACITY - at > ready)
        malformed('the ring is said to begin anew where it can’t')
      this.#own = (this.#own + CAPACITY - at) | 0
    }
  }

  /** The number of the record that `peek` showed. */
  numberAt(at: number): number {
    return this.#prefixes[(at >> 2) - 1] ?? 0
  }

  /** The record that `peek` showed has been read; its room will be the writer's again. */
  advance(): void {
    const length = this.#prefixes[(this.#own & WITHIN) >> 2] ?? 0
    this.#own = (this.#own + sizeOf(length)) | 0
    if ((this.#own - this.#told) >>> 0 > TELL) this.#tellHead()
  }

  /** The writer has posted a message by port; counted after the post, so that the reader finds what it counts. */
  countMail(): void {
    Atomics.add(this.#slots, MAILS, 1)
  }

  mailCount(): number {
    return Atomics.load(this.#slots, MAILS)
  }

  #moveTail(size: number): void {
    this.#own = (this.#own + size) | 0
    Atomics.store(this.#slots, TAIL, this.#own)
  }

  #tellHead(): void {
    if (this.#told === this.#own) return
    this.#told = this.#own
    Atomics.store(this.#slots, HEAD, this.#own)
  }
}

function sizeOf(length: number): number {
  return PREFIX + ((length + ALIGN - 1) & ~(ALIGN - 1))
}
