/**
 * Finds an object that occurs twice in one value. A Set of all of them would cost more than writing them does, so objects are
 * compared only where they were written alike: the same object is written the same way each time.
 */
const SLOTS = 1024
/** So many that were written alike are compared one by one. */
const MOST_ALIKE = 8
/** So many places are kept for the next value. */
const MOST_KEPT = 4096

export class Occurrences {
  #objects: Array<object | undefined> = []
  /** By the index of an object: the one before it that was written alike, or a negative number. */
  #before: number[] = []
  #count = 0
  /** By fingerprint: the last object's index plus `#base`. What lies below `#base` is of earlier values. */
  readonly #last = new Int32Array(SLOTS)
  #base = 1
  /** Those that `MOST_ALIKE` others are like: empty objects, for one. */
  #others: Set<object> | undefined

  /** Lets go of all objects. */
  clear(): void {
    if (this.#count === 0) return
    for (let index = 0; index < this.#count; index += 1) this.#objects[index] = undefined
    if (this.#count > MOST_KEPT) {
      this.#objects = []
      this.#before = []
    }
    this.#base += this.#count
    if (this.#base > 2 ** 30) {
      this.#base = 1
      this.#last.fill(0)
    }
    this.#count = 0
    this.#others = undefined
  }

  /** @returns whether the object, which was written as these words, has been here before; from now on it has. */
  repeats(object: object, words: Int32Array, from: number, end: number): boolean {
    const slot = fingerprint(words, from, end)
    const last = (this.#last[slot] as number) - this.#base
    let compared = 0
    for (let index = last; index >= 0; index = this.#before[index] as number) {
      if (this.#objects[index] === object) return true
      compared += 1
    }
    if (compared === MOST_ALIKE) return this.#repeatsAmongOthers(object)
    this.#objects[this.#count] = object
    this.#before[this.#count] = last
    this.#last[slot] = this.#count + this.#base
    this.#count += 1
    return false
  }

  #repeatsAmongOthers(object: object): boolean {
    this.#others ??= new Set()
    if (this.#others.has(object)) return true
    this.#others.add(object)
    return false
  }
}

/** Of its length and some of its words: the first tell records of a list apart, the last what they end in. */
function fingerprint(words: Int32Array, from: number, end: number): number {
  let mixed = Math.imul((words[from] as number) + end - from, 0x9e3779b1)
  if (from + 4 < end) {
    mixed ^= Math.imul(words[from + 1] as number, 0x85ebca6b)
    mixed ^= Math.imul(words[from + 2] as number, 0xc2b2ae35)
    mixed ^= Math.imul(words[from + 3] as number, 0x27d4eb2f)
  }
  mixed ^= Math.imul(words[end - 1] as number, 0x165667b1)
  return (mixed ^ (mixed >>> 15)) & (SLOTS - 1)
}
