import { SyncBridgeError, ThreadSensitiveContext } from '@syncbridge/core'
import type { Context, Next } from 'hono'
import { onAbort, watchClient } from './client.js'
import { clientGone } from './client-gone.js'
import type { ErrorMapping } from './error-mapping.js'
import type { SyncbridgeOptions } from './options.js'
import type { OpenBody, ResponseBodies } from './response-body.js'

/** What all requests of one middleware have in common. */
export interface Shared {
  readonly errors: ErrorMapping
  readonly bodies: ResponseBodies
  readonly options: SyncbridgeOptions
}

/**
 * One request's context, from its arrival to the end of its response's body.
 *
 * Most requests make no call, so everything waits for the first one, or for somebody who looks at the signal: only then is
 * the client watched, and are errors met on their way. Until then a request costs an entry in an `AsyncLocalStorage`.
 */
export class RequestContext {
  readonly context: ThreadSensitiveContext
  readonly #c: Context
  readonly #shared: Shared
  #body: OpenBody | undefined
  #abort: AbortController | undefined
  #gone = false
  #stopWatching: (() => void) | undefined
  #stopFollowing: (() => void) | undefined

  constructor(c: Context, shared: Shared) {
    this.#c = c
    this.#shared = shared
    const { timeout } = shared.options
    const signal = () => this.#watch()
    this.context = new ThreadSensitiveContext(
      timeout === undefined ? { signal } : { signal, timeout },
    )
  }

  get signal(): AbortSignal {
    return this.context.signal
  }

  /** Settles when the response is there; the context stays open behind it until the body has ended. */
  run(next: Next): Promise<void> {
    let served: Promise<void> | undefined
    const over = this.context.run(() => {
      served = this.#serve(next)
      return this.#seeThrough(served)
    })
    // Not begun, where the context could not be opened.
    return served ?? over
  }

  async #serve(next: Next): Promise<void> {
    const { bodies, errors } = this.#shared
    try {
      await next()
    } catch (error) {
      throw errors.map(error, this.#c) ?? error
    }
    this.#throwUnmapped()
    if (!bodies.isOpen(this.#c)) return
    // From here on the client matters, also where the first call is still to come: looking at the signal begins to watch it.
    void this.signal
    // With the client gone, the response that is there may be another's, sent while the handler was still running.
    if (!this.#gone) this.#body = await bodies.hold(this.#c)
  }

  async #seeThrough(served: Promise<void>): Promise<void> {
    try {
      await served
      if (!this.#body) return
      await this.#body.untilEnd()
      // A server may cancel the body before it tells of the client, or instead.
      if (this.#body.isRefused) this.#abort?.abort(clientGone())
    } catch {
      // Thrown to whoever waits for the response.
    } finally {
      this.#stopWatching?.()
      this.#stopFollowing?.()
    }
  }

  /** An error of a call that another request made, and that this one awaited as well: `app.onError` has had it as it was. */
  #throwUnmapped(): void {
    const { error } = this.#c
    if (this.#abort || !(error instanceof SyncBridgeError)) return
    const exception = this.#shared.errors.map(error, this.#c)
    if (exception) throw exception
  }

  #watch(): AbortSignal {
    const abort = new AbortController()
    this.#abort = abort
    this.#shared.errors.watch(this.#c)
    const { signal } = this.#shared.options
    this.#stopFollowing = signal && onAbort(signal, () => abort.abort(signal.reason))
    this.#stopWatching = watchClient(this.#c, (answered) => {
      const reason = clientGone()
      this.#gone = true
      // With the response complete, a body still held is one that the handler wrote itself, or that was dropped on its way.
      if (!(answered && this.#body)) abort.abort(reason)
      this.#body?.abandon(reason)
    })
    return abort.signal
  }
}
