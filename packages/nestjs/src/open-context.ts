import { AsyncResource } from 'node:async_hooks'
import { CallTimeoutError, ThreadSensitiveContext } from '@syncbridge/core'
import { Observable } from 'rxjs'
import type { ClientWatch } from './client-watch.js'

/** How a context is opened: what ends it, and when it is aborted. */
export interface OpenContextOptions {
  readonly watch: ClientWatch
  /** Milliseconds until it is aborted. */
  readonly timeout: number | undefined
}

/**
 * A `ThreadSensitiveContext` that is open as long as a response, and as the handlers that work for it, for several pieces of code
 * that do not call each other: the parts of the pipeline after a middleware, the resolvers of one GraphQL request.
 */
export class OpenContext {
  #scope: AsyncResource | undefined
  readonly #abort = new AbortController()
  readonly #ended: Promise<unknown>
  readonly #handlers = new Set<Promise<void>>()

  constructor({ watch, timeout }: OpenContextOptions) {
    const { disconnected, ended } = watch
    const onDisconnect = () => this.#abort.abort(disconnected.reason)
    if (disconnected.aborted) onDisconnect()
    disconnected.addEventListener('abort', onDisconnect)
    this.#ended = Promise.resolve(ended)
    new ThreadSensitiveContext({
      signal: this.#abort.signal,
      ...(timeout === undefined ? {} : { timeout }),
    })
      .run(async () => {
        this.#scope = new AsyncResource('SyncbridgeContext')
        await ended
        // The client may have left before them: they still clean up.
        while (this.#handlers.size > 0) await Promise.all(this.#handlers)
      })
      // The client has left, or the bridge was closed: whoever calls a bridged function learns it there.
      .catch(() => undefined)
  }

  /** Calls `fn` inside the context; just so where it could not be opened. */
  run<T>(fn: () => T): T {
    return this.#scope ? this.#scope.runInAsyncScope(fn) : fn()
  }

  /** What `handle` makes, subscribed to inside the context, which is open until that is over. */
  observe<T>(handle: () => Observable<T>): Observable<T> {
    return this.keep(handle, (fn) => this.run(fn))
  }

  /** The same for code that is inside the context already. */
  keep<T>(handle: () => Observable<T>, run = <R>(fn: () => R): R => fn()): Observable<T> {
    return new Observable((subscriber) => {
      const handled = run(() => handle().subscribe(subscriber))
      const over = new Promise<void>((resolve) => handled.add(resolve))
      this.#handlers.add(over)
      void over.then(() => this.#handlers.delete(over))
      return handled
    })
  }

  /** For a timeout that is known only after the context was opened. */
  abortAfter(ms: number): void {
    const expire = () =>
      this.#abort.abort(new CallTimeoutError(`The handler's timeout of ${ms} ms passed.`))
    const timer = setTimeout(expire, ms)
    void this.#ended.then(() => clearTimeout(timer))
  }
}
