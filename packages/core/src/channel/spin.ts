/**
 * Looking again and again instead of sleeping. Waking a thread on another core takes 35 to 60 µs where that core has gone to
 * sleep, and an answer that is found by looking takes none of it. But on one core, or on a machine whose cores are all taken,
 * looking only keeps the other side from running. So it learns: each look that finds nothing makes the next ones rarer, down to
 * one in a thousand, and one success brings them back.
 */

/** Longest look, in ms: two wake-ups, so that two sides of which both sleep can find each other once. */
const LONGEST = 0.15
/** Between two looks at the clock, which is dearer than a look. */
const LOOKS = 32
const MOST_SKIPPED = 1023

export class Spin {
  #skipped = 0
  #toSkip = 0
  /**
   * @param isAllowed Not on one core, where the other side can't answer meanwhile.
   * @param hasRoom Whether nobody else needs the core now.
   */
  constructor(
    public isAllowed: boolean,
    readonly hasRoom: () => boolean = () => true,
  ) {}

  /**
   * Looks until there is something, or it is not worth the while. Whoever sleeps afterwards looks by himself.
   * @returns whether there is something.
   */
  until(look: () => boolean): boolean {
    if (!this.isAllowed || !this.hasRoom()) return false
    if (look()) return true
    if (this.#skipped < this.#toSkip) {
      this.#skipped += 1
      return false
    }
    this.#skipped = 0
    const end = performance.now() + LONGEST
    do {
      for (let count = 0; count < LOOKS; count += 1) {
        if (look()) {
          this.#toSkip = 0
          return true
        }
      }
    } while (performance.now() < end && this.hasRoom())
    this.#toSkip = Math.min(MOST_SKIPPED, this.#toSkip * 2 + 1)
    return false
  }
}
