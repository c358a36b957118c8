import { createRequire } from 'node:module'
import {
  GatewayTimeoutException,
  type HttpException,
  InternalServerErrorException,
  ServiceUnavailableException,
} from '@nestjs/common'
import { ClosedError, SyncBridgeError } from '@syncbridge/core'

/** Seconds a refused client is asked to wait: a place is usually free again by then, or another process has taken over. */
export const retryAfter = '1'

/**
 * The exception for an error of the bridge, with that error as its `cause`; `undefined` for any other error, and for
 * those of the bridge that are the application's own mistake. The response says only what a stranger may know.
 */
export function toHttpException(error: unknown): HttpException | undefined {
  if (!(error instanceof SyncBridgeError)) return undefined
  const options = { cause: error }
  switch (error.code) {
    case 'SYNCBRIDGE_CLOSED':
      return isShutDown(error)
        ? new ServiceUnavailableException(body(503, 'Service Unavailable'), options)
        : undefined
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

/** Not where the application calls a function that was released, which is its own mistake. */
function isShutDown(error: SyncBridgeError): boolean {
  return error instanceof ClosedError && error.closed !== 'function'
}

/** The same as the exception that filters of a microservice or a gateway know: with the body as its error. */
export function toTransportException(type: 'rpc' | 'ws', http: HttpException): Error {
  const Exception = type === 'rpc' ? rpcException() : wsException()
  return Object.assign(new Exception(http.getResponse()), { cause: http.cause })
}

// Spelt out, since Nest 11 and 12 disagree on what options without a message stand for.
function body(statusCode: number, message: string): object {
  return { message, statusCode }
}

type TransportException = new (error: string | object) => Error

// Of packages that only such applications have: theirs has been loaded by then.
const require = createRequire(import.meta.url)

function rpcException(): TransportException {
  return require('@nestjs/microservices').RpcException
}

function wsException(): TransportException {
  return require('@nestjs/websockets').WsException
}
