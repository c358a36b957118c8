/** What `onThreadExit` was given, on this thread, until its maker needs it no more. */
export class ThreadExit {
  readonly #functions: Array<() => unknown> = []

  /** @returns whether it is the first one: the maker must be told, or it would end the thread without a word. */
  add(fn: () => unknown): boolean {
    return this.#functions.push(fn) === 1
  }

  /** Runs the functions in reverse order, all of them, even after one has failed, and ends the thread. */
  async leave(): Promise<never> {
    for (const fn of this.#functions.splice(0).reverse()) {
      try {
        await fn()
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error))
      }
    }
    // A warning is written in the next tick.
    await new Promise((resolve) => setImmediate(resolve))
    return process.exit()
  }
}
