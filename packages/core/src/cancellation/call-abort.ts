/** Whether a call that runs here has been given up by its caller; the signal is made only when somebody asks for it. */
export class CallAbort {
  #controller: AbortController | undefined
  #aborted = false
  #told = false
  #reason: unknown
  readonly #listeners = new Set<(reason: unknown) => void>()

  /** @param told Whether those who listen know already. */
  abort(reason: unknown, told = false): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#reason = reason
    this.#told = told || this.#listeners.size > 0
    this.#controller?.abort(reason)
    if (!told) for (const listener of [...this.#listeners]) listener(reason)
  }

  /**
   * Calls `listener` when it is aborted, at once where it already was; but an abort is told once, as in asyncio: whoever comes
   * later, to clean up, is left in peace.
   * @returns a function that takes the listener off again.
   */
  onAbort(listener: (reason: unknown) => void): () => void {
    if (!this.#aborted) {
      this.#listeners.add(listener)
      return () => this.#listeners.delete(listener)
    }
    if (!this.#told) listener(this.#reason)
    this.#told = true
    return () => undefined
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController()
      if (this.#aborted) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }
}
