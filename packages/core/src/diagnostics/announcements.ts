/**
 * What listeners are to be told, until they can be. A listener is the user's code: it may make a call, block its thread or shut down. In
 * the middle of a step of ours it would find a thread that is started and not yet recorded, and start a second one.
 */

import { callSafely } from '../call-safely.js'
import { nextTick } from '../own-timers.js'

export class Announcements {
  readonly #enter: (publish: () => void) => void
  readonly #waiting: Array<() => void> = []

  /** @param enter Runs a publication in nobody's context. */
  constructor(enter: (publish: () => void) => void) {
    this.#enter = enter
  }

  /** From within a step. It is published in the next tick, or before that by whoever blocks this thread. */
  add(publish: () => void): void {
    if (this.#waiting.push(publish) === 1) nextTick(this.publish)
  }

  /** Between two steps: publishes all that waits, in order. */
  readonly publish = (): void => {
    // Taken off one by one: a listener that blocks this thread comes here again, for those that are left.
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift())
      callSafely(this.#enter, next)
  }
}
