/** Writes texts and numbers into memory, word by word, and never beyond the end. How they lie there: plain-data.ts. */
import { FLOAT64, INTEGER, LATIN1, MOST_BESIDE_TAG, TAG_BITS, UCS2, UTF8 } from './plain-data.js'

/** Thrown, and caught by whoever began to write: the value takes the slow way. Made once, as its stack says nothing. */
export const DECLINED = new Error('not plain data')
/** The same for one that takes more memory than there is. */
export const NO_ROOM = new Error('no room')
/** Shorter texts are written faster by a loop than by a call out of JavaScript. */
const SHORT = 24

export class ScalarWriter {
  protected readonly bytes: Buffer
  protected readonly words: Int32Array
  protected readonly view: DataView
  /** Where the next word goes, and the first that may not be written. */
  protected at = 0
  protected end = 0

  /** @param bytes Whose memory begins at a multiple of four bytes. */
  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2)
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  protected number(value: number): void {
    const beside = value << TAG_BITS
    // -0 is no integer, although it equals one.
    if (beside >> TAG_BITS === value && !Object.is(value, -0)) return this.word(beside | INTEGER)
    this.word(FLOAT64)
    this.claim(2)
    this.view.setFloat64(this.at * 4, value, true)
    this.at += 2
  }

  protected text(value: string): void {
    const { length } = value
    if (length >= SHORT) return this.#longText(value)
    const words = (length + 3) >> 2
    this.claim(words + 1)
    const at = this.at + 1
    if (words > 0) this.words[at + words - 1] = 0
    const bytes = this.bytes
    let codes = 0
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index)
      codes |= code
      bytes[at * 4 + index] = code
    }
    if (codes > 0xff) return this.#longText(value)
    this.words[at - 1] = (length << TAG_BITS) | LATIN1
    this.at = at + words
  }

  #longText(value: string): void {
    const { length } = value
    this.claim(1)
    const at = this.at * 4 + 4
    const room = this.end * 4 - at
    // With too little room it would stop in between, and what it wrote be mistaken for all.
    if (length * 3 > room && Buffer.byteLength(value) > room) throw NO_ROOM
    const size = this.bytes.write(value, at, 'utf8')
    if (size === length) return this.#wrote(LATIN1, size)
    if (value.isWellFormed()) return this.#wrote(UTF8, size)
    if (length * 2 > room) throw NO_ROOM
    this.bytes.write(value, at, 'utf16le')
    this.#wrote(UCS2, length * 2)
  }

  #wrote(tag: number, size: number): void {
    if (size > MOST_BESIDE_TAG) throw DECLINED
    this.words[this.at] = (size << TAG_BITS) | tag
    this.goOnAfter((this.at + 1) * 4 + size)
  }

  /** Goes on with the next whole word. */
  protected goOnAfter(end: number): void {
    this.at = (end + 3) >> 2
    // What is written alike must be alike to its last byte: see Occurrences.
    for (let byte = end; byte < this.at * 4; byte += 1) this.bytes[byte] = 0
  }

  protected word(value: number): void {
    if (this.at >= this.end) throw NO_ROOM
    this.words[this.at++] = value
  }

  protected claim(words: number): void {
    if (this.at + words > this.end) throw NO_ROOM
  }
}
