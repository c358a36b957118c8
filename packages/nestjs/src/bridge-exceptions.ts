import {
  GatewayTimeoutException,
  type HttpException,
  InternalServerErrorException,
  ServiceUnavailableException,
} from '@nestjs/common'
import { SyncBridgeError } from '@syncbridge/core'

/** Seconds a refused client is asked to wait: leases are short, so a place is usually free again by then. */
export const retryAfter = '1'

/**
 * The exception for an error of the bridge, with that error as its `cause`; `undefined` for any other error, and for
 * those of the bridge that are the application's own mistake. The response says only what a stranger may know.
 */
export function toHttpException(error: unknown): HttpException | undefined {
  if (!(error instanceof SyncBridgeError)) return undefined
  const options = { cause: error }
  switch (error.code) {
    case 'SYNCBRIDGE_QUEUE_FULL':
      return new ServiceUnavailableException(body(503, 'Service Unavailable'), options)
    case 'SYNCBRIDGE_CALL_TIMEOUT':
      return new GatewayTimeoutException(body(504, 'Gateway Timeout'), options)
    case 'SYNCBRIDGE_THREAD_EXITED':
      return new InternalServerErrorException(body(500, 'Internal Server Error'), options)
    default:
      return undefined
  }
}

// Spelt out, since Nest 11 and 12 disagree on what options without a message stand for.
function body(statusCode: number, message: string): object {
  return { message, statusCode }
}
