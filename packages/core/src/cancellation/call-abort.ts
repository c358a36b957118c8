/** Whether a call that runs here has been given up by its caller; the signal is made only when somebody asks for it. */
export class CallAbort {
  #controller: AbortController | undefined
  #aborted = false
  #reason: unknown
  readonly #listeners = new Set<(reason: unknown) => void>()

  abort(reason: unknown): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#reason = reason
    this.#controller?.abort(reason)
    for (const listener of [...this.#listeners]) listener(reason)
  }

  /** Calls `listener` when it is aborted, at once where it already was. @returns a function that takes it off again. */
  onAbort(listener: (reason: unknown) => void): () => void {
    if (this.#aborted) {
      listener(this.#reason)
      return () => undefined
    }
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController()
      if (this.#aborted) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }
}
