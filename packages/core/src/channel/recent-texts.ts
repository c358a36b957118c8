/**
 * Short texts that were read lately, by their bytes: what stands in objects is mostly met again, and finding a text costs a
 * third of making it. Bounded, as a new one takes the place of an old one. It begins small, as most threads meet few.
 */
const FEWEST_PLACES = 64
const MOST_PLACES = 1024
const WORDS = 8
/** So many bytes a text has at most that is worth looking up. */
export const MOST_BYTES = WORDS * 4

export class RecentTexts {
  #keys = new Int32Array(FEWEST_PLACES * WORDS)
  #texts: string[] = new Array(FEWEST_PLACES).fill('')
  #mask = FEWEST_PLACES - 1
  /** How many were not found since the places were made. */
  #made = 0

  /** The text of `length` characters, one byte each, in whole words that end with zeros. */
  read(bytes: Buffer, words: Int32Array, at: number, length: number): string {
    const keys = this.#keys
    const end = at + ((length + 3) >> 2)
    let mixed = length
    for (let index = at; index < end; index += 1)
      mixed = Math.imul(mixed ^ (words[index] as number), 0x9e3779b1)
    const place = (mixed >>> 16) & this.#mask
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
    this.#made += 1
    if (this.#made > 2 * this.#texts.length) this.#grow()
    return text
  }

  /** So many were not found that more places would help: four times as many, empty at first, up to the most. */
  #grow(): void {
    this.#made = 0
    const count = this.#texts.length * 4
    if (count > MOST_PLACES) return
    this.#keys = new Int32Array(count * WORDS)
    this.#texts = new Array(count).fill('')
    this.#mask = count - 1
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
