/** Chunks read ahead of the consumer: one, and the end behind it, so a body of one piece is over without being read. */
const readAhead = 2

/**
 * A response body passed on chunk by chunk, which knows when its source has ended.
 *
 * The reading is done by `pump()`, a plain loop: whatever the source runs for a chunk runs in the async context in which
 * `pump()` was called, and not in the consumer's, which is the server's own.
 */
export class BodyRelay {
  readonly body: ReadableStream<Uint8Array>
  readonly #source: ReadableStreamDefaultReader<Uint8Array>
  #open = true
  #wake = () => {}
  #sink: ReadableStreamDefaultController<Uint8Array> | undefined

  constructor(source: ReadableStream<Uint8Array>) {
    this.#source = source.getReader()
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (sink) => {
          this.#sink = sink
        },
        pull: () => this.#wake(),
        cancel: (reason) => this.#stop(reason),
      },
      { highWaterMark: readAhead },
    )
  }

  /** Passes the body on; resolves when the source has ended or failed, or when the consumer has cancelled. */
  async pump(): Promise<void> {
    const sink = this.#sink
    try {
      while (this.#open && sink) {
        const { done, value } = await this.#source.read()
        if (!this.#open) return
        if (done) return sink.close()
        sink.enqueue(value)
        if ((sink.desiredSize ?? 0) <= 0) await this.#demand()
      }
    } catch (error) {
      // The consumer reads the error from its own side of the body.
      if (this.#open) sink?.error(error)
    } finally {
      this.#open = false
    }
  }

  /** Ends the body from our side: for a consumer that may have gone away without cancelling it. */
  abandon(reason: unknown): void {
    if (!this.#open) return
    this.#stop(reason).catch(() => {})
    // A server that is told of the same disconnect next, and then cancels, is spared an error that it would log.
    queueMicrotask(() => this.#sink?.error(reason))
  }

  #stop(reason: unknown): Promise<void> {
    this.#open = false
    this.#wake()
    return this.#source.cancel(reason)
  }

  #demand(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
