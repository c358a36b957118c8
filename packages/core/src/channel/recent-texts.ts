/**
 * Short texts that were read lately, by their bytes: what stands in objects is mostly met again, and finding a text costs a
 * third of making it. Bounded, as a new one takes the place of an old one.
 */
const PLACES = 1024
const WORDS = 8
/** So many bytes a text has at most that is worth looking up. */
export const MOST_BYTES = WORDS * 4

export class RecentTexts {
  readonly #keys = new Int32Array(PLACES * WORDS)
  readonly #texts: string[] = new Array(PLACES).fill('')

  /** The text of `length` characters, one byte each, in whole words that end with zeros. */
  read(bytes: Buffer, words: Int32Array, at: number, length: number): string {
    const keys = this.#keys
    const end = at + ((length + 3) >> 2)
    let mixed = length
    for (let index = at; index < end; index += 1)
      mixed = Math.imul(mixed ^ (words[index] as number), 0x9e3779b1)
    const place = (mixed >>> 16) & (PLACES - 1)
    const text = this.#texts[place] as string
    let key = place * WORDS
    if (text.length === length) {
      let index = at
      while (index < end && keys[key] === words[index]) {
        index += 1
        key += 1
      }
      if (index === end) return text
    }
    return this.#make(bytes, words, at, length, place)
  }

  #make(bytes: Buffer, words: Int32Array, at: number, length: number, place: number): string {
    const text =
      length <= 4
        ? fewCharacters(words[at] as number, length)
        : bytes.toString('latin1', at * 4, at * 4 + length)
    for (let index = 0; index * 4 < length; index += 1)
      this.#keys[place * WORDS + index] = words[at + index] as number
    this.#texts[place] = text
    return text
  }
}

function fewCharacters(word: number, length: number): string {
  return String.fromCharCode(
    word & 0xff,
    (word >> 8) & 0xff,
    (word >> 16) & 0xff,
    word >>> 24,
  ).slice(0, length)
}
