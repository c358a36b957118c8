/** Reads what `plain-writer.ts` wrote: one record after the other, in order, as each may have taught shapes to the next. */
import { setOwn } from '../codec/own-property.js'
import { malformed } from './malformed.js'
import { ITSELF, viewOf } from './moved-things.js'
import {
  ARRAY,
  BUFFER,
  BYTES,
  evenWord,
  FALSE,
  FLOAT64,
  FLOATS,
  INTEGER,
  INTEGERS,
  LATIN1,
  MOVED,
  NULL,
  OBJECT,
  OBJECT_AND_MORE,
  SINGLE,
  TAG_BITS,
  TAG_MASK,
  TRUE,
  UCS2,
  UTF8,
} from './plain-data.js'
import { MadeObjects, ReadShape, type ValueSource } from './read-shape.js'
import { MOST_BYTES, RecentTexts } from './recent-texts.js'
import { MAX_RECORD } from './ring.js'

/** From here on a copy by Node is faster than one by the engine. */
const LONG_BINARY = 4096

export class PlainReader implements ValueSource {
  readonly #bytes: Buffer
  /** The same, whose slices are no Buffers. */
  readonly #octets: Uint8Array
  readonly #words: Int32Array
  readonly #view: DataView
  readonly #made = new MadeObjects()
  #shapes: ReadShape[] = [new ReadShape(undefined, '', this.#made)]
  /** The number of the first of them. */
  #firstShape = 0
  /** What was known when the record began. */
  #shapesBefore = this.#shapes
  #countBefore = 1
  #firstBefore = 0
  readonly #recentTexts = new RecentTexts()
  #at = 0
  /** No value of a record lies beyond: what says so is no record. */
  #limit = 0
  /** What came by port beside the record that is being read. */
  moved: readonly unknown[] | undefined = undefined

  /** @param bytes Whose memory begins at a multiple of four bytes. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#octets = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Where what was read last has ended. */
  get end(): number {
    return this.#at * 4
  }

  /** A record begins, of one value or several. */
  begin(): void {
    this.#shapesBefore = this.#shapes
    this.#countBefore = this.#shapes.length
    this.#firstBefore = this.#firstShape
  }

  /** The record will be read once more, and teach its shapes once more. */
  rewind(): void {
    this.#shapes = this.#shapesBefore
    this.#shapes.length = this.#countBefore
    this.#firstShape = this.#firstBefore
  }

  read(at: number): unknown {
    const start = (at + 3) >> 2
    this.#limit = start + (MAX_RECORD >> 2)
    const lessons = this.#words[start] as number
    this.#at = start + 1
    if (lessons === 0) return this.next()
    this.#at = start + lessons
    this.#learn()
    const end = this.#at
    this.#at = start + 1
    const value = this.next()
    this.#at = end
    return value
  }

  /** The value that follows in the one that is being read. */
  next(): unknown {
    const word = this.#words[this.#at++] as number
    const number = word >> TAG_BITS
    switch (word & TAG_MASK) {
      case INTEGER:
        return number
      case LATIN1:
      case UTF8:
      case UCS2:
        return this.#text(word)
      case SINGLE:
        return number === NULL ? null : number < FALSE ? undefined : number === TRUE
      case OBJECT:
        return this.#shape(number).read(this)
      case ARRAY:
        return this.#array(number)
      case FLOAT64:
        this.#at += 2
        return this.#view.getFloat64((this.#at - 2) * 4, true)
      case INTEGERS:
        return this.#integers(number)
      case FLOATS:
        return this.#floats(number)
      case BYTES:
        return this.#binary(number)
      case BUFFER:
        return Buffer.from(this.#binary(number).buffer)
      case OBJECT_AND_MORE:
        return this.#objectAndMore(number)
      case MOVED:
        return this.#movedThing(number)
      default:
        return malformed(`it has a value with the tag ${word & TAG_MASK}`)
    }
  }

  #shape(number: number): ReadShape {
    return (
      this.#shapes[number - this.#firstShape] ??
      malformed(`it has an object of the unknown shape ${number}`)
    )
  }

  /** So many words at least are to follow. */
  #assertRoom(words: number): void {
    if (!(words >= 0 && this.#at + words <= this.#limit))
      malformed(
        `${words} words are said to follow where there is room for ${this.#limit - this.#at}`,
      )
  }

  #array(length: number): unknown[] {
    this.#assertRoom(length)
    // Of its length from the start: one that grows takes room for more.
    const value = new Array<unknown>(length)
    for (let index = 0; index < length; index += 1) value[index] = this.next()
    return value
  }

  #integers(length: number): number[] {
    this.#assertRoom(length)
    const value = new Array<number>(length)
    const at = this.#at
    for (let index = 0; index < length; index += 1) value[index] = this.#words[at + index] as number
    this.#at = at + length
    return value
  }

  #floats(length: number): number[] {
    this.#assertRoom(length * 2)
    const value = new Array<number>(length)
    const at = this.#at * 4
    for (let index = 0; index < length; index += 1)
      value[index] = this.#view.getFloat64(at + index * 8, true)
    this.#at += length * 2
    return value
  }

  #objectAndMore(shape: number): Record<string, unknown> {
    const value = this.#shape(shape).read(this)
    const count = this.#words[this.#at++] as number
    this.#assertRoom(count)
    for (let index = 0; index < count; index += 1) {
      const name = this.#text(this.#words[this.#at++] as number)
      // Not by assignment, where that would be an affair of the prototype.
      if (name in Object.prototype) setOwn(value, name, this.next())
      else value[name] = this.next()
    }
    return value
  }

  #binary(size: number): Uint8Array {
    this.#assertRoom((size + 3) >> 2)
    const start = evenWord(this.#at)
    this.#at = start + ((size + 3) >> 2)
    const from = start * 4
    if (size < LONG_BINARY) return this.#octets.slice(from, from + size)
    // All of it is written now: to clear it first would take as long again.
    const value = new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)
    this.#bytes.copy(value, 0, from, from + size)
    return value
  }

  #movedThing(place: number): unknown {
    const thing = this.moved?.[place] ?? malformed('it has something that was not moved')
    const number = this.#words[this.#at++] as number
    if (number === ITSELF) return thing
    const [offset, length] = [this.next(), this.next()]
    return viewOf(thing, number, offset as number, length as number)
  }

  #learn(): void {
    let count = this.#words[this.#at++] as number
    const first = this.#words[this.#at++] as number
    if (count < 0) {
      count = ~count
      this.#firstShape = first - 1
      this.#shapes = [new ReadShape(undefined, '', this.#made)]
    }
    // Else all objects that follow would get the names of others.
    if (first !== this.#firstShape + this.#shapes.length)
      malformed(`it teaches shape ${first} where ${this.#firstShape + this.#shapes.length} is next`)
    this.#assertRoom(count)
    for (let index = 0; index < count; index += 1) {
      const parent = this.#shape(this.#words[this.#at++] as number)
      const name = this.#text(this.#words[this.#at++] as number)
      this.#shapes.push(new ReadShape(parent, name, this.#made))
    }
  }

  #text(word: number): string {
    const size = word >> TAG_BITS
    this.#assertRoom((size + 3) >> 2)
    const at = this.#at
    this.#at = at + ((size + 3) >> 2)
    const from = at * 4
    switch (word & TAG_MASK) {
      case LATIN1:
        if (size <= MOST_BYTES) return this.#recentTexts.read(this.#bytes, this.#words, at, size)
        return this.#bytes.toString('latin1', from, from + size)
      case UTF8:
        return this.#bytes.toString('utf8', from, from + size)
      default:
        return this.#bytes.toString('utf16le', from, from + size)
    }
  }
}
