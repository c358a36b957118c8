import type { ExecutionContext } from '@nestjs/common'
import { type ClientWatch, rawResponse, watchConnection, watchResponse } from './client-watch.js'

/** What an execution's transport says of its client. */
export interface Client {
  /** The response of `node:http` or `node:http2`, where there is one: the same for all executions of one request. */
  readonly response?: object | undefined
  watch(): ClientWatch | undefined
}

const unknown: Client = { watch: () => undefined }

/** Finds who waits for an execution, on every transport of Nest's. */
export class Clients {
  readonly #connections = new WeakMap<object, ClientWatch | undefined>()

  of(execution: ExecutionContext): Client {
    switch (execution.getType<'http' | 'rpc' | 'ws' | 'graphql'>()) {
      case 'http':
        return byResponse(execution.switchToHttp().getResponse())
      case 'graphql':
        return byResponse(graphqlResponse(execution))
      case 'ws':
        return this.#byConnection(execution.switchToWs().getClient())
      case 'rpc':
        return this.#byConnection(socketOf(execution.switchToRpc().getContext()))
      default:
        return unknown
    }
  }

  /** Watched once however many messages it brings. */
  #byConnection(connection: unknown): Client {
    if (typeof connection !== 'object' || connection === null) return unknown
    return {
      watch: () => {
        const known = this.#connections.get(connection)
        if (known) return known
        const watch = watchConnection(connection)
        this.#connections.set(connection, watch)
        return watch
      },
    }
  }
}

function byResponse(response: unknown): Client {
  return { response: rawResponse(response), watch: () => watchResponse(response) }
}

/** Apollo has it in the context as `res`, Mercurius as `reply`; a subscription over WebSockets has none. */
function graphqlResponse(execution: ExecutionContext): unknown {
  const context: unknown = execution.getArgByIndex(2)
  if (typeof context !== 'object' || context === null) return undefined
  const own: unknown = Reflect.get(context, 'reply') ?? Reflect.get(context, 'res')
  const request: unknown = Reflect.get(context, 'req')
  return own ?? (typeof request === 'object' && request ? Reflect.get(request, 'res') : undefined)
}

/** Of a TCP microservice; the other transports talk to brokers, which say nothing of a client. */
function socketOf(context: unknown): unknown {
  if (typeof context !== 'object' || context === null || !('getSocketRef' in context)) return
  return typeof context.getSocketRef === 'function' ? context.getSocketRef() : undefined
}
