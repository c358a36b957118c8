/**
 * Whether the wake-up for a call may wait until all that is to run now has run. Calls come in bursts, and a thread that is woken
 * by the first of many, on the same core, runs that one, sleeps, and is woken again for each of the others. What came before is
 * taken as a guess at what comes: alone, a call wakes its thread at once.
 */

/** Fewer than so many are no burst. */
const FEWEST = 4
/** Where another core could run them meanwhile, so many wait at most, and no more than half of what is expected. */
const MOST_WAITING = 16

export class Bursts {
  #before = 0
  #now = 0
  /** @param isAlone Whether nothing can run while this thread does: then there is nothing to be gained by waking it early. */
  readonly #isAlone: boolean

  constructor(isAlone: boolean) {
    this.#isAlone = isAlone
  }

  /** Another call. @returns whether its wake-up may wait for the end of the burst. */
  mayWait(): boolean {
    this.#now += 1
    if (this.#before < FEWEST) return false
    return this.#isAlone || this.#now < Math.min(this.#before >> 1, MOST_WAITING)
  }

  /** All that was to run has run. */
  end(): void {
    if (this.#now === 0) return
    this.#before = this.#now
    this.#now = 0
  }
}
