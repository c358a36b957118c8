import { ClosedError, type SyncBridgeError } from '@syncbridge/core'
import { HTTPException } from 'hono/http-exception'

/** Seconds a refused client is asked to wait: a place is usually free again by then, or another process has taken over. */
const retryAfter = '1'

/**
 * The answer to an error of the bridge, or `undefined` for those that are the app's own mistake.
 *
 * The response says only what a stranger may know; the error, with its function's name, is the `cause`.
 */
export function toHttpException(error: SyncBridgeError): HTTPException | undefined {
  switch (error.code) {
    case 'SYNCBRIDGE_CLOSED':
      return isShutDown(error) ? unavailable(error) : undefined
    case 'SYNCBRIDGE_QUEUE_FULL':
      return unavailable(error)
    case 'SYNCBRIDGE_CALL_TIMEOUT':
      return exception(504, 'Gateway Timeout', error)
    case 'SYNCBRIDGE_THREAD_EXITED':
      return exception(500, 'Internal Server Error', error)
    default:
      return undefined
  }
}

/** Not where the app calls a function that was released, which is its own mistake. */
function isShutDown(error: SyncBridgeError): boolean {
  return error instanceof ClosedError && error.closed !== 'function'
}

function unavailable(error: SyncBridgeError): HTTPException {
  return exception(503, 'Service Unavailable', error, { 'Retry-After': retryAfter })
}

function exception(
  status: 500 | 503 | 504,
  text: string,
  cause: SyncBridgeError,
  headers: Record<string, string> = {},
): HTTPException {
  return new HTTPException(status, {
    cause,
    message: cause.message,
    res: new Response(text, {
      headers: { 'Content-Type': 'text/plain; charset=UTF-8', ...headers },
      status,
    }),
  })
}
