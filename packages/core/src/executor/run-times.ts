/** How long functions have run lately, to guess how long their next calls will. */
import type { FunctionRef } from '../protocol.js'

/** How much the latest run counts. */
const WEIGHT = 1 / 8

export class RunTimes {
  readonly #means = new WeakMap<FunctionRef, number>()

  note(ref: FunctionRef, ms: number): void {
    const mean = this.#means.get(ref)
    this.#means.set(ref, mean === undefined ? ms : mean + (ms - mean) * WEIGHT)
  }

  /** In ms; infinite for a function that has never run. */
  expected(ref: FunctionRef): number {
    return this.#means.get(ref) ?? Number.POSITIVE_INFINITY
  }
}
