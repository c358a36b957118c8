import type { Context } from 'hono'
import { BodyRelay } from './body-relay.js'
import { sentByHandler } from './client.js'

/** A body that is still being produced: how to see it through, and how to give it up. */
export interface OpenBody {
  untilEnd(): Promise<void>
  abandon(reason: unknown): void
}

/**
 * Takes hold of the response's body, if it has one that isn't complete already.
 */
export function holdBody(c: Context): OpenBody | undefined {
  // Hono answers HEAD by the GET route and drops the body, which would then never be read.
  if (!c.finalized || c.req.method === 'HEAD') return undefined
  const { res } = c
  const body = bodyOf(res)
  if (body === null) {
    const sent = sentByHandler(c)
    return sent && { abandon: () => {}, untilEnd: () => sent }
  }
  if (!(body instanceof ReadableStream) || body.locked) return undefined
  const relay = new BodyRelay(body)
  // A response of fetch() has headers that can't be written: the copy's can. Without the reset, Hono would take the old
  // response's headers over once more.
  c.res = undefined
  c.res = new Response(relay.body, res)
  return { abandon: (reason) => relay.abandon(reason), untilEnd: () => relay.pump() }
}

/**
 * The response's body: a stream, `null`, or what it was made from if that can be had.
 *
 * `@hono/node-server` keeps what a response was made from in a cache on it, and writes text and bytes to the socket as
 * they are; asking for `body` would cost it that. On any other `Response`, and should the cache ever look different,
 * `body` it is.
 */
function bodyOf(res: Response): unknown {
  const cache = Object.getOwnPropertySymbols(res).find((key) => key.description === 'cache')
  const cached: unknown = cache && Reflect.get(res, cache)
  return Array.isArray(cached) && cached.length === 3 ? cached[1] : res.body
}
