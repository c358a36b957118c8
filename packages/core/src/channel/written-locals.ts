/**
 * What the reader of a channel has kept of the `Local`s of the message before, so that they need not be sent again. Of objects,
 * which their owner may change in place, it is what was written: they are written each time, and taken back where that is the
 * same. The other side is {@link file://./read-locals.ts}.
 *
 * What the outcome of the last call with Locals has changed is known on both sides as well. Of the last only: while it is that here,
 * the other side can't have taken another, and so has changed nothing since.
 */
import type { WireLocals, WireValue } from '../protocol.js'
import { NO_CALL } from './wire-format.js'

/** Longer objects are sent each time, and not kept. In words. */
const MOST_WORDS = 1024
/** More is not kept from outcomes, each of which might add to it. In characters. */
const MOST_TEXT = 16_384
/** Keys are looked for one by one. */
const MOST_COMPARED = 4096

export class WrittenLocals {
  #keys: readonly string[] | undefined = undefined
  /** Whether the reader has kept the values, too. */
  #hasValues = false
  /** Where, among the values, objects stand. */
  #places: readonly number[] = []
  #words = new Int32Array(64)
  /** So many words the objects took; 0 where they were not written apart. */
  #length = 0
  #isOdd = 0
  /** The last call that had any. */
  #call = NO_CALL
  /** The keys of what it was after its outcome, which stand for the values. */
  #after: readonly string[] | undefined = undefined

  #callBefore = NO_CALL
  #afterBefore: readonly string[] | undefined = undefined

  /** An outcome is read, which may be noted here. */
  begin(): void {
    this.#callBefore = this.#call
    this.#afterBefore = this.#after
  }

  /**
   * It will be read once more. Where another call has been written since, by code that unwound, the reader has dropped what was after the
   * last one; brought back here, it would be referred to, and the reader would end this thread for that.
   */
  rewind(): void {
    if (this.#call === this.#callBefore) this.#after = this.#afterBefore
  }

  /** What was written last does not reach the reader. */
  forget(): void {
    this.#keys = undefined
    this.noteCall(NO_CALL)
  }

  noteCall(id: number): void {
    this.#call = id
    this.#after = undefined
  }

  /** An outcome has come. @returns the keys to send what is there after it by, where the other side has that, too. */
  noteOutcome(id: number, changed: WireLocals): readonly string[] | undefined {
    if (id === NO_CALL || id !== this.#call) return undefined
    if (!this.#keys || !this.#hasValues || !isJoinable(this.#keys, changed)) return undefined
    this.#after = joined(this.#keys, changed.keys).keys
    return this.#after
  }

  hasKeys(keys: readonly string[]): boolean {
    const known = this.#keys
    if (keys === known) return true
    if (known?.length !== keys.length) return false
    for (let index = 0; index < keys.length; index += 1)
      if (keys[index] !== known[index]) return false
    return true
  }

  keepKeys(keys: readonly string[]): void {
    this.#keys = keys
  }

  /** Marked values are made anew for each call. */
  keep({ keys, values: { value, marks } }: WireLocals): void {
    this.#keys = keys
    this.#hasValues = marks === undefined
    this.#length = 0
    if (this.#hasValues) this.#places = placesOfObjects(value as readonly unknown[])
  }

  /** Whether all but the objects is what the reader has. The values themselves are not held here: they are the user's. */
  has({ keys, values }: WireLocals): boolean {
    if (!this.#hasValues || values.marks) return false
    return keys === this.#keys || (keys === this.#after && isSmall(values))
  }

  isAfterOutcome({ keys }: WireLocals): boolean {
    return keys === this.#after
  }

  objectsIn({ values }: WireLocals): unknown[] {
    const value = values.value as readonly unknown[]
    const objects: unknown[] = []
    for (const place of this.#places) objects.push(value[place])
    return objects
  }

  /**
   * The objects were written as these words. What they taught the reader can't be the same twice, so that words which are the same
   * teach nothing.
   * @returns whether that is what they were before; from now on it is.
   */
  isSame(words: Int32Array, from: number, end: number): boolean {
    const length = end - from
    // Bytes lie where the word is even.
    const isOdd = from & 1
    if (length === this.#length && isOdd === this.#isOdd) {
      let index = 0
      while (index < length && words[from + index] === this.#words[index]) index += 1
      if (index === length) return true
    }
    this.#length = length > MOST_WORDS ? 0 : length
    this.#isOdd = isOdd
    if (this.#length > this.#words.length) this.#words = new Int32Array(MOST_WORDS)
    for (let index = 0; index < this.#length; index += 1)
      this.#words[index] = words[from + index] as number
    return false
  }
}

/** Whether changes can be joined to what a call had. By the same rule on both sides, as is what follows. */
export function isJoinable(before: readonly string[], changed: WireLocals): boolean {
  const { keys, values, deleted } = changed
  return !values.marks && deleted.length === 0 && before.length * keys.length <= MOST_COMPARED
}

/** Whether it is worth keeping. */
export function isSmall({ value }: WireValue): boolean {
  let size = 0
  for (const one of value as readonly unknown[])
    size += typeof one === 'string' ? one.length + 8 : 8
  return size <= MOST_TEXT
}

/** A list of both, and where in it each one of the second stands. */
export function joined(
  keys: readonly string[],
  more: readonly string[],
): { keys: string[]; places: number[] } {
  const all = [...keys]
  const places: number[] = []
  for (let index = 0; index < more.length; index += 1) {
    const key = more[index] as string
    // Mostly the same function sets the same ones.
    let place = all[index] === key ? index : all.indexOf(key)
    if (place < 0) place = all.push(key) - 1
    places.push(place)
  }
  return { keys: all, places }
}

export function placesOfObjects(values: readonly unknown[]): number[] {
  const places: number[] = []
  for (let index = 0; index < values.length; index += 1)
    if (typeof values[index] === 'object' && values[index] !== null) places.push(index)
  return places
}
