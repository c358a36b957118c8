/** What is used of a response of `node:http` or `node:http2`. */
interface RawResponse {
  readonly destroyed?: boolean
  readonly writableFinished?: boolean
  readonly stream?: { readonly aborted: boolean; readonly rstCode?: number }
  once(event: 'finish' | 'close', listener: () => void): unknown
}

/** The end of a response, and whether the client saw it. */
export interface ResponseWatch {
  /** Resolves when the response has been sent, or can no longer be. */
  readonly ended: Promise<void>
  /** Aborts when the client disconnects before the response has been sent. */
  readonly disconnected: AbortSignal
}

/**
 * Watches a response of the Express or the Fastify adapter; `undefined` for one that isn't made by `node:http` or
 * `node:http2`.
 *
 * The connection's own `close` would come late (keep-alive) or not at all (HTTP/2).
 */
export function watchResponse(response: unknown): ResponseWatch | undefined {
  const raw = rawResponse(response)
  if (!raw) return undefined
  const disconnect = new AbortController()
  const ended = new Promise<void>((resolve) => {
    let open = true
    const end = (sent: boolean) => {
      if (!open) return
      open = false
      if (!sent) disconnect.abort(new DOMException('The client disconnected', 'AbortError'))
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

function rawResponse(response: unknown): RawResponse | undefined {
  const raw = isObject(response) && 'raw' in response ? response.raw : response
  return isRawResponse(raw) ? raw : undefined
}

function isRawResponse(value: unknown): value is RawResponse {
  return isObject(value) && 'once' in value && typeof value.once === 'function'
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
