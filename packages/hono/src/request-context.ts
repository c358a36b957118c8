import {
  SyncBridgeError,
  ThreadSensitiveContext,
  type ThreadSensitiveContextOptions,
} from '@syncbridge/core'
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
  readonly contextOptions: ThreadSensitiveContextOptions
}

type Run = NonNullable<ReturnType<ThreadSensitiveContext['enter']>>

/** Made once: an `await` of anything but a promise makes one. */
const aMoment = Promise.resolve()

/**
 * One request's context, from its arrival to the end of its response's body: what `c.var.syncbridge` holds.
 *
 * Most requests make no call, so everything waits for the first one, or for somebody who looks at the signal: only then is
 * the client watched, and are errors met on their way. Until then a request costs an entry in an `AsyncLocalStorage`, and little more:
 * that it is the context itself, and has no promise beside its response's, is for this.
 */
export class RequestContext extends ThreadSensitiveContext {
  readonly #c: Context
  readonly #shared: Shared
  #body: OpenBody | undefined = undefined
  #abort: AbortController | undefined = undefined
  #gone = false
  #stopWatching: (() => void) | undefined = undefined
  #stopFollowing: (() => void) | undefined = undefined

  /** For all requests of one middleware: what is made once is not made for each. */
  static options({ timeout }: SyncbridgeOptions): ThreadSensitiveContextOptions {
    // It is asked of a request's context alone.
    const signal = (context: ThreadSensitiveContext) => (context as RequestContext).watch()
    return ThreadSensitiveContext.prepare(timeout === undefined ? { signal } : { signal, timeout })
  }

  constructor(c: Context, shared: Shared) {
    super(shared.contextOptions)
    this.#c = c
    this.#shared = shared
  }

  get context(): ThreadSensitiveContext {
    return this
  }

  /** Settles when the response is there; the context stays open behind it until the body has ended. */
  async serve(next: Next): Promise<void> {
    const { bodies, errors } = this.#shared
    // Before it goes in: what follows an `await` has its surroundings to itself. Without, the caller would be left inside.
    await aMoment
    let run: Run | undefined
    try {
      // Refused after `shutdown()`: an error of the bridge like any other.
      run = this.enter()
      await next()
      this.#throwUnmapped()
      if (bodies.isOpen(this.#c)) {
        // From here on the client matters, also where the first call is still to come: looking at the signal begins to watch it.
        void this.signal
        // With the client gone, the response that is there may be another's, sent while the handler was still running.
        if (!this.#gone) this.#body = await bodies.hold(this.#c)
      }
    } catch (error) {
      throw errors.map(error, this.#c) ?? error
    } finally {
      if (this.#body) void this.#seeThrough(this.#body, run)
      else this.#end(run)
    }
  }

  async #seeThrough(body: OpenBody, run: Run | undefined): Promise<void> {
    try {
      await body.untilEnd()
      // A server may cancel the body before it tells of the client, or instead.
      if (body.isRefused) this.#abort?.abort(clientGone())
    } catch {
      // Thrown to whoever reads the body.
    } finally {
      this.#end(run)
    }
  }

  #end(run: Run | undefined): void {
    this.#stopWatching?.()
    this.#stopFollowing?.()
    void run?.end()
  }

  /** An error of a call that another request made, and that this one awaited as well: `app.onError` has had it as it was. */
  #throwUnmapped(): void {
    const { error } = this.#c
    if (this.#abort || !(error instanceof SyncBridgeError)) return
    const exception = this.#shared.errors.map(error, this.#c)
    if (exception) throw exception
  }

  /** Begins to watch whatever may abort the request. */
  watch(): AbortSignal {
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
