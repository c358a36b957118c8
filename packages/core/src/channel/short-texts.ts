/**
 * Short texts that were read lately, by their bytes: what lies in objects is mostly read again, and finding a text costs less than
 * making it. Bounded, as a new one takes the place of an old one.
 */
const PLACES = 1024
/** So many words, of four characters each, a text here has at most. */
export const SHORT_WORDS = 3

export class ShortTexts {
  readonly #keys = new Int32Array(PLACES * 4)
  readonly #texts: string[] = Array.from({ length: PLACES }, () => '')

  /** The text of `length` characters, one byte each, that begins at a word; its last word is filled with zeros. */
  at(words: Int32Array, at: number, length: number): string {
    const a = length > 0 ? (words[at] as number) : 0
    const b = length > 4 ? (words[at + 1] as number) : 0
    const c = length > 8 ? (words[at + 2] as number) : 0
    const mixed =
      Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c + length, 0xc2b2ae35)
    const place = (mixed ^ (mixed >>> 15)) & (PLACES - 1)
    const keys = this.#keys
    const key = place * 4
    if (keys[key] === a && keys[key + 1] === b && keys[key + 2] === c && keys[key + 3] === length)
      return this.#texts[place] as string
    const text = textOf(a, b, c, length)
    keys[key] = a
    keys[key + 1] = b
    keys[key + 2] = c
    keys[key + 3] = length
    this.#texts[place] = text
    return text
  }
}

function textOf(a: number, b: number, c: number, length: number): string {
  if (length <= 4) return four(a).slice(0, length)
  if (length <= 8) return (four(a) + four(b)).slice(0, length)
  return (four(a) + four(b) + four(c)).slice(0, length)
}

function four(word: number): string {
  return String.fromCharCode(word & 0xff, (word >> 8) & 0xff, (word >> 16) & 0xff, word >>> 24)
}
