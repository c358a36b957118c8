import { AsyncResource } from 'node:async_hooks'
import { CallTimeoutError, ThreadSensitiveContext } from '@syncbridge/core'
import type { ClientWatch } from './client-watch.js'

/** How a context is opened: what ends it, and when it is aborted. */
export interface OpenContextOptions {
  readonly watch: ClientWatch
  /** Milliseconds until it is aborted. */
  readonly timeout: number | undefined
}

/**
 * A `ThreadSensitiveContext` that is open as long as a response, for several pieces of code that do not call each other: the
 * parts of the pipeline after a middleware, the resolvers of one GraphQL request.
 */
export class OpenContext {
  #scope: AsyncResource | undefined
  readonly #abort = new AbortController()
  readonly #ended: Promise<unknown>

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
      })
      // The client has left, or the bridge was closed: whoever calls a bridged function learns it there.
      .catch(() => undefined)
  }

  /** Calls `fn` inside the context; just so where it could not be opened. */
  run<T>(fn: () => T): T {
    return this.#scope ? this.#scope.runInAsyncScope(fn) : fn()
  }

  /** For a timeout that is known only after the context was opened. */
  abortAfter(ms: number): void {
    const expire = () =>
      this.#abort.abort(new CallTimeoutError(`The handler's timeout of ${ms} ms passed.`))
    const timer = setTimeout(expire, ms)
    void this.#ended.then(() => clearTimeout(timer))
  }
}
