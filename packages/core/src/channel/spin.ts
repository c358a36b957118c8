/**
 * Looking again and again instead of sleeping. Waking a thread on another core takes 35 to 60 µs where that core has gone to
 * sleep, and an answer that is found by looking takes none of it. But on one core, or on a machine whose cores are all taken,
 * looking only keeps the other side from running. So it learns: each look that finds nothing makes the next ones rarer, down to
 * one in a thousand, and one success brings them back.
 */

import { Backoff } from './backoff.js'

/** Longest look, in ms: two wake-ups, so that two sides of which both sleep can find each other once. */
const LONGEST = 0.15
/**
 * After a pause, a wake-up that takes longer, in ms, went to another core, which was asleep: there the other side runs while this one
 * looks, whatever was learned where both were on one core. On machines whose cores wake each other faster this says nothing, nor
 * does it without a pause, where others may have had the core meanwhile.
 */
const FAR = 0.02
const PAUSE = 1
/** Between two looks at the clock, which is dearer than a look. */
const LOOKS = 32
const MOST_ROUNDS = 10_000

export class Spin {
  readonly #backoff = new Backoff()
  readonly #farBackoff = new Backoff()
  #isFar = false
  #lastWakeUp = 0
  /**
   * @param isAllowed Not on one core, where the other side can't answer meanwhile.
   * @param hasRoom Whether nobody else needs the core now.
   */
  constructor(
    public isAllowed: boolean,
    readonly hasRoom: () => boolean = () => true,
  ) {}

  /** The other side is to be woken now. @returns what `noteWakeUp` is to be given, 0 where nobody wants to know. */
  beginWakeUp(): number {
    if (!this.isAllowed || !this.#backoff.isResting) return 0
    const now = performance.now()
    const before = this.#lastWakeUp
    this.#lastWakeUp = now
    return now - before > PAUSE ? now : 0
  }

  noteWakeUp(began: number): void {
    if (began > 0) this.#isFar = performance.now() - began > FAR
  }

  /**
   * Looks until there is something, or it is not worth the while. Whoever sleeps afterwards looks by himself.
   * @returns whether there is something.
   */
  until(look: () => boolean): boolean {
    const backoff = this.#isFar ? this.#farBackoff : this.#backoff
    // It was said of this look alone.
    this.#isFar = false
    if (!this.isAllowed || !this.hasRoom()) return false
    if (look()) return true
    return backoff.attempt(this.#lookLong, look)
  }

  readonly #lookLong = (look: () => boolean): boolean => {
    const end = performance.now() + LONGEST
    // Counted as well: a test runner's clock may stand still.
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      for (let count = 0; count < LOOKS; count += 1) if (look()) return true
      if (performance.now() >= end || !this.hasRoom()) return false
    }
    return false
  }
}
