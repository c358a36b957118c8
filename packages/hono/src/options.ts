import type { SyncBridgeError } from '@syncbridge/core'
import type { Context } from 'hono'
import type { HTTPException } from 'hono/http-exception'

/**
 * What `syncbridge()` takes; everything may be left out.
 */
export interface SyncbridgeOptions {
  /**
   * Milliseconds from the request's arrival at the middleware until its context is aborted. A call that is waited
   * for then becomes a 504.
   *
   * @default no limit
   */
  timeout?: number

  /**
   * Aborts the contexts of all requests that are open, for instance when the server is shutting down.
   */
  signal?: AbortSignal

  /**
   * Replaces the mapping of the bridge's errors. Called with each error of the bridge that a handler lets through,
   * before `app.onError` is; what it returns is what `app.onError` gets (a `Response` arrives as the `res` of an
   * `HTTPException`). `undefined` leaves the error as it is.
   */
  onError?: (error: SyncBridgeError, c: Context) => HTTPException | Response | undefined
}

const known = new Set(['timeout', 'signal', 'onError'])

/**
 * @throws TypeError naming the option and what it should be
 */
export function checkOptions(options: SyncbridgeOptions): void {
  for (const name of Object.keys(options)) {
    if (known.has(name)) continue
    throw new TypeError(
      `syncbridge(): unknown option '${name}'; known are ${[...known].join(', ')}`,
    )
  }
  const { timeout, signal, onError } = options
  if (timeout !== undefined && !(Number.isFinite(timeout) && timeout > 0)) {
    throw new TypeError(
      `syncbridge(): 'timeout' must be a positive number of milliseconds, not ${String(timeout)}`,
    )
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError("syncbridge(): 'signal' must be an AbortSignal")
  }
  if (onError !== undefined && typeof onError !== 'function') {
    throw new TypeError("syncbridge(): 'onError' must be a function")
  }
}
