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
  switch (error.code) {
    case 'SYNCBRIDGE_QUEUE_FULL':
      return new ServiceUnavailableException(undefined, { cause: error })
    case 'SYNCBRIDGE_CALL_TIMEOUT':
      return new GatewayTimeoutException(undefined, { cause: error })
    case 'SYNCBRIDGE_THREAD_EXITED':
      return new InternalServerErrorException(undefined, { cause: error })
    default:
      return undefined
  }
}
