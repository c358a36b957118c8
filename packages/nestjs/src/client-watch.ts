import { ClientGoneException } from './client-gone.js'

/** What is used of a response of `node:http` or `node:http2`. */
interface RawResponse {
  readonly destroyed?: boolean
  readonly writableFinished?: boolean
  readonly stream?: { readonly aborted: boolean; readonly rstCode?: number }
  once(event: 'finish' | 'close', listener: () => void): unknown
}

/** Whether the client is still there, and where it gets a response, the end of that. */
export interface ClientWatch {
  /** Resolves when the response has been sent, or can no longer be. Without one, the handler's end is the end. */
  readonly ended?: Promise<void>
  /** Aborts when the client disconnects before the response has been sent. */
  readonly disconnected: AbortSignal
}

/** What is used of a client of `ws` or Socket.IO, and of a socket of a TCP microservice. */
interface Connection {
  once(event: 'close' | 'disconnect', listener: () => void): unknown
}

/**
 * Watches a response of the Express or the Fastify adapter; `undefined` for one that isn't made by `node:http` or
 * `node:http2`.
 *
 * The connection's own `close` would come late (keep-alive) or not at all (HTTP/2).
 */
export function watchResponse(response: unknown): ClientWatch | undefined {
  const raw = rawResponse(response)
  if (!raw) return undefined
  const disconnect = new AbortController()
  const ended = new Promise<void>((resolve) => {
    let open = true
    const end = (sent: boolean) => {
      if (!open) return
      open = false
      if (!sent) disconnect.abort(new ClientGoneException())
      resolve()
    }
    if (raw.writableFinished) end(true)
    if (raw.destroyed) end(false)
    raw.once('finish', () => end(!wasReset(raw)))
    raw.once('close', () => end(false))
  })
  return { disconnected: disconnect.signal, ended }
}

/** An HTTP/2 response says 'finish' also when its stream was reset. */
function wasReset({ stream }: RawResponse): boolean {
  return stream !== undefined && (stream.aborted || Boolean(stream.rstCode))
}

/** The response of `node:http` or `node:http2` in the one that an adapter hands out. */
export function rawResponse(response: unknown): RawResponse | undefined {
  const raw = isObject(response) && 'raw' in response ? response.raw : response
  return isEmitter(raw) ? raw : undefined
}

/** Watches a connection that outlives the messages it brings; `undefined` for one that can't be watched. */
export function watchConnection(connection: unknown): ClientWatch | undefined {
  if (!isEmitter(connection)) return undefined
  const disconnect = new AbortController()
  const end = () => disconnect.abort(new ClientGoneException())
  connection.once('close', end)
  connection.once('disconnect', end)
  return { disconnected: disconnect.signal }
}

function isEmitter(value: unknown): value is RawResponse & Connection {
  return isObject(value) && 'once' in value && typeof value.once === 'function'
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
