/** Something that is worth trying only where it has succeeded: after failures in a row it is left out 1, 3, 7 … times. */
const MOST_SKIPPED = 1023

export class Backoff {
  #skipped = 0
  #toSkip = 0

  /** Whether the next attempt is left out. */
  get isResting(): boolean {
    return this.#skipped < this.#toSkip
  }

  /** @returns whether `what` was tried with `given` and succeeded. */
  attempt<T>(what: (given: T) => boolean, given: T): boolean {
    if (this.isResting) {
      this.#skipped += 1
      return false
    }
    this.#skipped = 0
    const isWell = what(given)
    this.#toSkip = isWell ? 0 : Math.min(MOST_SKIPPED, this.#toSkip * 2 + 1)
    return isWell
  }
}
