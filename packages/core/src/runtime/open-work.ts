/** What has begun on this thread and not ended: `shutdown()` waits for it, and a context's calls find its signal here. */
import type { Call } from '../call/call.js'
import { OpenCalls } from '../call/open-calls.js'
import { type ContextRef, type OpenContext, openerOf } from '../context/context-ref.js'

export class OpenWork {
  readonly #contexts = new Map<string, OpenContext & ContextRef>()
  readonly #calls = new OpenCalls()
  readonly #waiting: Array<() => void> = []
  /** Does nothing, but holds the event loop while it is referenced. */
  readonly #anchor = setInterval(() => undefined, 2 ** 31 - 1).unref()
  readonly #onOver = new Map<string, () => void>()
  #holdsLoop = false
  /** How many wait here for the end of something that holds nothing itself. */
  #holds = 0
  #openContexts = 0
  #lastContext = 0
  #endings = 0

  get callCount(): number {
    return this.#calls.size
  }

  get contextCount(): number {
    return this.#openContexts
  }

  get calls(): readonly Call[] {
    return [...this.#calls]
  }

  /** A call that was made here. Until its caller has an answer it keeps the process alive, wherever it waits (see `holdLoop`). */
  addCall(call: Call): void {
    this.#calls.add(call)
  }

  removeCall(call: Call): void {
    this.#calls.remove(call)
    // At once: it may have been given up in the middle of the user's own code, and nothing of ours comes after that.
    if (this.#holdsLoop && this.#calls.size === 0 && this.#holds === 0) this.holdLoop()
    if (this.#waiting.length > 0) this.#wakeWhenIdle()
  }

  /** Keeps the process alive. @returns a function that lets it go, to be called once. */
  hold(): () => void {
    this.#holds += 1
    this.holdLoop()
    return () => {
      this.#holds -= 1
      this.holdLoop()
    }
  }

  /** To be called before this thread returns to its event loop, which ends where nothing holds it. */
  holdLoop(): void {
    const mustHold = this.#calls.size > 0 || this.#holds > 0
    if (mustHold === this.#holdsLoop) return
    this.#holdsLoop = mustHold
    if (mustHold) this.#anchor.ref()
    else this.#anchor.unref()
  }

  /** A context begins, of which nothing needs to be known before its first call. */
  beginContext(): void {
    this.#openContexts += 1
  }

  /** @returns a new id, unlike that of any other context of this process. */
  nameContext(address: string): string {
    this.#lastContext += 1
    return `${address}:${this.#lastContext}`
  }

  /** From now on calls that come back here find the context by its id. */
  addContext(id: string, context: OpenContext & ContextRef): void {
    this.#contexts.set(id, context)
  }

  /** Whether the context has ended; of one that was opened on another thread only that thread can tell. */
  hasEnded(id: string, address: string): boolean {
    return openerOf(id) === address && !this.#contexts.has(id)
  }

  /** The context, where it is open and was opened on this thread. */
  context(ref: ContextRef | undefined): OpenContext | undefined {
    return ref && (ref.open ?? this.#contexts.get(ref.id))
  }

  /** What a call has for its context that comes back to the thread which has opened it; undefined for any other context. */
  refOf(id: string): ContextRef | undefined {
    return this.#contexts.get(id)
  }

  /** A context ends of which nobody has asked for the id. */
  endContext(): void {
    this.#openContexts -= 1
    if (this.#waiting.length > 0) this.#wakeWhenIdle()
  }

  /** @param ending Resolves when the context's thread has cleaned up: until then something is open. */
  async removeContext(id: string, ending: () => Promise<void>): Promise<void> {
    this.#contexts.delete(id)
    this.#openContexts -= 1
    this.#endings += 1
    // What the thread still runs may have been given up, and holds nothing any more.
    const letGo = this.hold()
    try {
      await ending()
    } finally {
      letGo()
      this.#endings -= 1
      this.#wakeWhenIdle()
    }
  }

  /** Resolves when the root says that the context's lease is over. The root lives as long as this thread does. */
  whenOver(id: string): Promise<void> {
    return new Promise((resolve) => this.#onOver.set(id, resolve))
  }

  over(id: string): void {
    this.#onOver.get(id)?.()
    this.#onOver.delete(id)
  }

  /** Resolves when nothing is open. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#wakeWhenIdle()
    })
  }

  #wakeWhenIdle(): void {
    if (this.#calls.size > 0 || this.#openContexts > 0 || this.#endings > 0) return
    for (const wake of this.#waiting.splice(0)) wake()
  }
}
