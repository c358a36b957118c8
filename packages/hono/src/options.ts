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
  timeout?: number | undefined

  /**
   * Aborts the contexts of all requests that are open, for instance when the server is shutting down.
   */
  signal?: AbortSignal | undefined

  /**
   * Replaces the mapping of the bridge's errors. Called with each error of the bridge that a handler lets through,
   * before `app.onError` is; what it returns is what `app.onError` gets (a `Response` arrives as the `res` of an
   * `HTTPException`). `undefined` leaves the error as it is.
   */
  onError?: (error: SyncBridgeError, c: Context) => HTTPException | Response | undefined
}

/**
 * @throws TypeError naming the option and what it should be
 */
export function checkOptions(options: SyncbridgeOptions): void {
  refuseUnknown('syncbridge()', options, ['timeout', 'signal', 'onError'])
  const { timeout, signal, onError } = options
  checkPositive('syncbridge()', { timeout }, 'milliseconds')
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError("syncbridge(): 'signal' must be an AbortSignal")
  }
  if (onError !== undefined && typeof onError !== 'function') {
    throw new TypeError("syncbridge(): 'onError' must be a function")
  }
}

/** @throws TypeError naming the option that is not known */
export function refuseUnknown(verb: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw new TypeError(`${verb}: unknown option '${name}'; known are ${known.join(', ')}`)
  }
}

/** @throws TypeError naming the option that is not a positive number */
export function checkPositive(
  verb: string,
  options: Readonly<Record<string, unknown>>,
  unit: string,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || (Number.isFinite(value) && Number(value) > 0)) continue
    throw new TypeError(`${verb}: '${name}' must be a positive number of ${unit}, not ${value}`)
  }
}
