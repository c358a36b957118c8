/** Whether a call that runs here has been given up by its caller; the signal is made only when somebody asks for it. */
export class CallAbort {
  #controller: AbortController | undefined
  #aborted = false
  #told = false
  #reason: unknown
  readonly #listeners = new Set<(reason: unknown) => boolean>()

  get isAborted(): boolean {
    return this.#aborted
  }

  /**
   * @param told Whether those who listen know already.
   * @returns whether somebody below acts on it.
   */
  abort(reason: unknown, told = false): boolean {
    if (this.#aborted) return true
    this.#aborted = true
    this.#reason = reason
    // Before the signal, whose listeners are the user's and may block: their calls are to be left in peace.
    this.#told = told || this.#listeners.size > 0
    this.#controller?.abort(reason)
    if (told) return true
    let isHeard = false
    for (const listener of [...this.#listeners]) isHeard = listener(reason) || isHeard
    this.#told = isHeard
    return isHeard
  }

  /**
   * Calls `listener` when it is aborted, at once where it already was; but an abort is told once, as in asyncio: whoever comes
   * later, to clean up, is left in peace. It returns whether it acts on the abort.
   * @returns a function that takes the listener off again.
   */
  onAbort(listener: (reason: unknown) => boolean): () => void {
    if (!this.#aborted) {
      this.#listeners.add(listener)
      return () => this.#listeners.delete(listener)
    }
    if (!this.#told) this.#told = listener(this.#reason)
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
