/** Chunks read ahead of the consumer: one, and the end behind it, so a body of one piece is over without being read. */
const readAhead = 2

/**
 * A response body passed on chunk by chunk, which knows when its source has ended.
 *
 * The reading is done by `pump()`, a plain loop: whatever the source runs for a chunk runs in the async context in which
 * `pump()` was called, and not in the consumer's, which is the server's own.
 */
export class BodyRelay {
  readonly #source: ReadableStreamDefaultReader<Uint8Array>
  /** What was read before there was a consumer. */
  readonly #early: Uint8Array[] = []
  #state: 'open' | 'over' | 'failed' = 'open'
  #error: unknown
  #isRefused = false
  #wake = () => {}
  #sink: ReadableStreamDefaultController<Uint8Array> | undefined

  constructor(source: ReadableStream<Uint8Array>) {
    this.#source = source.getReader()
  }

  /** All the chunks, where the source has ended before anybody asked for the stream. */
  get complete(): readonly Uint8Array[] | undefined {
    return this.#state === 'over' && !this.#sink ? this.#early : undefined
  }

  /** Whether the consumer has cancelled. */
  get isRefused(): boolean {
    return this.#isRefused
  }

  /** The body from now on as a stream; to be asked for once. */
  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (sink) => {
          this.#sink = sink
          for (const chunk of this.#early.splice(0)) sink.enqueue(chunk)
          if (this.#state === 'over') sink.close()
          else if (this.#state === 'failed') sink.error(this.#error)
        },
        pull: () => this.#wake(),
        cancel: (reason) => {
          this.#isRefused = true
          return this.#stop(reason)
        },
      },
      { highWaterMark: readAhead },
    )
  }

  /** Passes the body on; resolves when the source has ended or failed, or when the consumer has cancelled. */
  async pump(): Promise<void> {
    try {
      while (this.#state === 'open') {
        const { done, value } = await this.#source.read()
        if (this.#state !== 'open') return
        if (done) return this.#close()
        if (this.#sink) this.#sink.enqueue(value)
        else this.#early.push(value)
        if (!this.#hasRoom()) await this.#demand()
      }
    } catch (error) {
      if (this.#state !== 'open') return
      this.#state = 'failed'
      this.#error = error
      // The consumer reads the error from its own side of the body.
      this.#sink?.error(error)
    }
  }

  /** Ends the body from our side: for a consumer that may have gone away without cancelling it. */
  abandon(reason: unknown): void {
    if (this.#state !== 'open') return
    this.#stop(reason).catch(() => {})
    // A server that is told of the same disconnect next, and then cancels, is spared an error that it would log.
    queueMicrotask(() => this.#sink?.error(reason))
  }

  #close(): void {
    this.#state = 'over'
    this.#sink?.close()
  }

  #hasRoom(): boolean {
    return this.#sink ? (this.#sink.desiredSize ?? 0) > 0 : this.#early.length < readAhead
  }

  #stop(reason: unknown): Promise<void> {
    this.#state = 'over'
    this.#wake()
    return this.#source.cancel(reason)
  }

  #demand(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
