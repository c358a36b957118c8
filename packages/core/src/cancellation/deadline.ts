import { printGiven } from './print-given.js'

/** One absolute instant, so that queueing, sending and running all count against the same time. */
export class Deadline {
  /** The one that never comes. */
  static readonly never = new Deadline()

  /** The timeout it was made from, in ms; undefined for never. */
  readonly timeout: number | undefined
  readonly #at: number

  constructor(timeout?: number) {
    this.timeout = timeout
    this.#at = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout
  }

  /** Milliseconds left, never negative; infinite where there is no deadline. */
  remaining(): number {
    // Without a deadline there is no reason to ask for the time.
    return this.#at === Number.POSITIVE_INFINITY
      ? this.#at
      : Math.max(0, this.#at - performance.now())
  }
}

/** @throws TypeError where a `timeout` option is not a positive number of milliseconds. */
export function assertTimeout(timeout: unknown, owner: string, option = 'timeout'): void {
  if (timeout === undefined || (typeof timeout === 'number' && timeout > 0)) return
  throw new TypeError(
    `${owner}: ${option} must be a positive number of milliseconds, got ${printGiven(timeout)}`,
  )
}
