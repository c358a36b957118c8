import { setImmediate } from '../own-timers.js'
import { warnAtLast, warnOfExit } from './exit-warning.js'

/** What `onThreadExit` was given, on this thread, until its maker needs it no more. */
export class ThreadExit {
  readonly #functions: Array<() => unknown> = []
  #isLeaving = false

  /** Nothing can be added any more. */
  get isLeaving(): boolean {
    return this.#isLeaving
  }

  /** @returns whether it is the first one: the maker must be told, or it would end the thread without a word. */
  add(fn: () => unknown): boolean {
    return this.#functions.push(fn) === 1
  }

  /** Runs the functions in reverse order, all of them, even after one has failed, and ends the thread. */
  async leave(): Promise<never> {
    this.#isLeaving = true
    const warn = () =>
      warnAtLast(
        'A thread ended before its onThreadExit functions had: one that calls process.exit() keeps those from running that were given before it',
      )
    // The first listener: after the others the thread is told to be gone.
    process.prependListener('exit', warn)
    for (const fn of this.#functions.splice(0).reverse()) {
      try {
        await fn()
      } catch (error) {
        warnOfExit('An onThreadExit function failed', error)
      }
    }
    process.off('exit', warn)
    // A warning is written in the next tick.
    await new Promise((resolve) => setImmediate(resolve))
    return process.exit()
  }
}
