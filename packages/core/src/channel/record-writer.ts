/**
 * The place in a record where the next word or value goes, and what the reader knows by number: functions and texts that it has been
 * told once.
 */
import type { Message, ThreadAddress, WireValue } from '../protocol.js'
import { LACKS_ROOM, type PlainWriter } from './plain-writer.js'
import * as wire from './wire-format.js'

/** Introduces a thing to the reader under a number, ahead of the message that is being written. */
export type Introduce = (number: number, thing: object | string) => boolean

export class RecordWriter {
  protected readonly words: Int32Array
  protected readonly plain: PlainWriter
  protected readonly here: ThreadAddress
  readonly #peer: ThreadAddress
  readonly #introduced = new Map<object | string, number>()
  readonly #introduce: Introduce
  /** What was asked for last: mostly the function of the call before. */
  #lastThing: object | string | undefined = undefined
  #lastNumber = 0
  protected at = 0
  protected end = 0
  /** Whether what was declined last would have gone into a longer record. */
  protected lacksRoom = false

  /** @param here The addresses of this thread and of the one at the other end. */
  constructor(
    bytes: Buffer,
    plain: PlainWriter,
    { here, peer }: { here: ThreadAddress; peer: ThreadAddress },
    introduce: Introduce,
  ) {
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2)
    this.plain = plain
    this.here = here
    this.#peer = peer
    this.#introduce = introduce
  }

  protected isNear({ to, from }: Message): boolean {
    return to === this.#peer && from === this.here
  }

  /**
   * To be called before a message is prepared. Where the table is full, it begins anew: the first number tells the reader to forget all
   * others. In the middle of a message that would take numbers away which the message has been promised.
   */
  protected renewIntroductions(): void {
    if (wire.FIRST_INTRODUCED + this.#introduced.size < wire.MOST_INTRODUCED) return
    this.#introduced.clear()
    this.#lastThing = undefined
  }

  protected knows(thing: object | string): boolean {
    if (thing === this.#lastThing || thing === this.here || thing === this.#peer) return true
    if (this.#introduced.has(thing)) return true
    const number = wire.FIRST_INTRODUCED + this.#introduced.size
    if (number >= wire.MOST_INTRODUCED || !this.#introduce(number, thing)) return false
    this.#introduced.set(thing, number)
    return true
  }

  protected numberOf(thing: object | string): number {
    if (thing === this.here) return wire.WRITER
    if (thing === this.#peer) return wire.READER
    if (thing !== this.#lastThing) {
      this.#lastThing = thing
      this.#lastNumber = this.#introduced.get(thing) ?? 0
    }
    return this.#lastNumber
  }

  protected value(value: unknown): boolean {
    return this.#wrote(this.plain.write(value, this.at, this.end - this.at))
  }

  protected list(values: readonly unknown[]): boolean {
    return this.#wrote(this.plain.writeList(values, this.at, this.end - this.at))
  }

  /** What belongs to values that are marked. */
  protected marks({ marks, nodes }: WireValue): boolean {
    return (!marks || this.value(marks)) && (!nodes || this.value(nodes))
  }

  #wrote(length: number): boolean {
    if (length < 0) {
      this.lacksRoom = length === LACKS_ROOM
      return false
    }
    this.at += length
    return true
  }

  protected word(value: number): void {
    this.words[this.at >> 2] = value
    this.at += 4
  }
}
