import { SyncBridgeError } from '@syncbridge/core'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { toHttpException } from './http-exceptions.js'
import type { SyncbridgeOptions } from './options.js'

/**
 * Makes the errors of the bridge reach `app.onError` as `HTTPException`s.
 *
 * Hono catches what a handler throws where it is thrown, sets `c.error` and calls `app.onError` with that same error
 * object, all before a middleware's `await next()` returns. Throwing anew from the middleware would call `app.onError`
 * a second time, after it has already seen (and logged) the raw error. So the error is met on its way into `c.error`,
 * and since Hono goes on with the object it caught, that object itself becomes the exception.
 */
export class ErrorMapping {
  readonly #onError: SyncbridgeOptions['onError']

  constructor(onError: SyncbridgeOptions['onError']) {
    this.#onError = onError
  }

  watch(c: Context): void {
    let current = c.error
    Object.defineProperty(c, 'error', {
      configurable: true,
      enumerable: true,
      get: () => current,
      set: (error: Error | undefined) => {
        current = error
        const exception = this.map(error, c)
        if (error && exception && exception !== error) become(error, exception)
      },
    })
  }

  /** The exception for an error of the bridge; `undefined` for any other, and for one that is to stay as it is. */
  map(error: unknown, c: Context): HTTPException | undefined {
    if (!(error instanceof SyncBridgeError)) return undefined
    if (!this.#onError) return toHttpException(error)
    const answer = this.#onError(error, c)
    return answer instanceof Response ? wrap(answer, error) : answer
  }
}

function wrap(res: Response, cause: SyncBridgeError): HTTPException {
  // A response may have any status; only the type wants one that comes with a body.
  const status = res.status as HTTPException['status']
  return new HTTPException(status, { cause, message: cause.message, res })
}

/** Turns the error into the exception, in place; the exception's `cause` keeps what the error was. */
function become(error: Error, exception: HTTPException): void {
  const cause = exception.cause === error ? copyOf(error) : exception.cause
  for (const key of Reflect.ownKeys(error)) {
    if (key !== 'stack') Reflect.deleteProperty(error, key)
  }
  Object.setPrototypeOf(error, Object.getPrototypeOf(exception))
  const { stack: _, ...own } = Object.getOwnPropertyDescriptors(exception)
  Object.defineProperties(error, {
    ...own,
    cause: { configurable: true, enumerable: false, value: cause, writable: true },
  })
}

function copyOf(error: Error): Error {
  const copy = new Error(error.message)
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error))
  return Object.defineProperties(copy, Object.getOwnPropertyDescriptors(error))
}
