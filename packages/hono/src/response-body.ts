import type { Context } from 'hono'
import { getRuntimeKey } from 'hono/adapter'
import { BodyRelay } from './body-relay.js'
import { sentByHandler } from './client.js'
import { joined } from './joined-bytes.js'

/** A body that is still being produced: how to see it through, and how to give it up. */
export interface OpenBody {
  untilEnd(): Promise<void>
  /** Whether whoever reads it did not want it to its end. */
  readonly isRefused: boolean
  abandon(reason: unknown): void
}

/** The microtasks after which a text, bytes or a blob has been read to its end, on Node, Bun and Deno; one has hardly more. */
const turnsOfCompleteBody = 10

/** Tells the bodies that are complete from those that are still being produced, and takes hold of the latter. */
export class ResponseBodies {
  /** Where `@hono/node-server` keeps what a response was made from, once one of its responses has been seen. */
  #cacheKey: symbol | undefined

  /** Whether the context of the request must stay open for the body. */
  isOpen(c: Context): boolean {
    if (!c.finalized) return false
    const body = this.#bodyOf(c.res)
    const isOpen =
      body === null
        ? sentByHandler(c) !== undefined
        : body instanceof ReadableStream && !body.locked
    // Hono answers HEAD by the GET route and drops the body, which would then never be read. Asked last: `c.req` is made when it is
    // first asked for, and most routes do without.
    return isOpen && c.req.method !== 'HEAD'
  }

  /**
   * To be asked of one that is open. Waits for a moment: on a `Response` of the platform's own, a text is a stream like any other, and only
   * shows by having ended at once. Such a body goes back to what it was, or the server could not say how long it is.
   */
  async hold(c: Context): Promise<OpenBody | undefined> {
    const { res } = c
    const body = this.#bodyOf(res)
    if (body === null) {
      const sent = sentByHandler(c)
      return sent && { abandon: () => {}, isRefused: false, untilEnd: () => sent }
    }
    if (!(body instanceof ReadableStream)) return undefined
    const relay = new BodyRelay(body)
    const ended = relay.pump()
    for (let turn = 0; turn < turnsOfCompleteBody && !relay.complete; turn += 1) await undefined
    const { complete } = relay
    // A response of fetch() has headers that can't be written: the copy's can. Without the reset, Hono would take the old
    // response's headers over once more.
    c.res = undefined
    c.res = new Response(complete ? whatItWas(complete, res) : relay.stream(), res)
    if (complete) return undefined
    return {
      abandon: (reason) => relay.abandon(reason),
      get isRefused() {
        return relay.isRefused
      },
      untilEnd: () => ended,
    }
  }

  /**
   * The response's body: a stream, `null`, or what it was made from if that can be had.
   *
   * `@hono/node-server` keeps what a response was made from in a cache on it, and writes text and bytes to the socket as
   * they are; asking for `body` would cost it that. On any other `Response`, and should the cache ever look different,
   * `body` it is.
   */
  #bodyOf(res: Response): unknown {
    if (!this.#cacheKey || !(this.#cacheKey in res)) {
      const key = Object.getOwnPropertySymbols(res).find(isCacheKey)
      if (!key) return res.body
      this.#cacheKey = key
    }
    const cached = (res as Response & Record<symbol, unknown>)[this.#cacheKey]
    return Array.isArray(cached) && cached.length === 3 ? cached[1] : res.body
  }
}

/**
 * On Bun the content type of a text is no header before it is sent, and a response made from its bytes would go without. So what
 * has no type and reads as text is made a text again.
 */
function whatItWas(chunks: readonly Uint8Array[], res: Response): string | Uint8Array<ArrayBuffer> {
  const bytes = joined(chunks)
  if (getRuntimeKey() !== 'bun' || res.headers.has('content-type')) return bytes
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return bytes
  }
}

function isCacheKey(key: symbol): boolean {
  return key.description === 'cache'
}
