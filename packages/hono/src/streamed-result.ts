import type { Context } from 'hono'
import { isBytes, isHead, streamedResponse, toBytes } from './plain-response.js'
import type { SyncResponseHead } from './sync-result.js'

type Chunk = string | Uint8Array<ArrayBuffer>

const encoder = new TextEncoder()

/** Whether a synchronous route has given a generator. */
export function isStreamed(result: unknown): result is AsyncIterable<unknown> {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result
}

/**
 * The response to a generator. It waits for the first chunk: up to then an error can still become a response of its own.
 *
 * @throws what the generator throws before its first chunk; TypeError where an item is neither text nor bytes
 */
export async function streamResult(
  c: Context,
  result: AsyncIterable<unknown>,
  name: string,
): Promise<Response> {
  const items = result[Symbol.asyncIterator]()
  let head: SyncResponseHead = {}
  let item = await items.next()
  if (!item.done && isHead(item.value)) {
    head = item.value
    item = await items.next()
  }
  try {
    const first = item.done ? undefined : asChunk(item.value, name)
    // Hono answers HEAD by the GET route and drops the body.
    if (c.req.method === 'HEAD') await items.return?.()
    return streamedResponse(c, head, first, streamOf(first, items, name))
  } catch (error) {
    await items.return?.()
    throw error
  }
}

/** One item at a time, each asked for when the one before it has been taken. */
function streamOf(
  first: Chunk | undefined,
  items: AsyncIterator<unknown>,
  name: string,
): ReadableStream<Uint8Array> {
  let next = first
  let isOver = first === undefined
  return new ReadableStream<Uint8Array>(
    {
      async pull(sink) {
        try {
          if (next === undefined && !isOver) {
            const item = await items.next()
            isOver = item.done === true
            if (!item.done) next = asChunk(item.value, name)
          }
        } catch (error) {
          await items.return?.()
          throw error
        }
        if (next === undefined) return sink.close()
        sink.enqueue(typeof next === 'string' ? encoder.encode(next) : next)
        next = undefined
      },
      async cancel() {
        // Where the context has ended already, the generator has, too; and there is nobody left to tell of an error.
        await items.return?.().catch(() => undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

function asChunk(value: unknown, name: string): Chunk {
  if (typeof value === 'string') return value
  if (isBytes(value)) return toBytes(value)
  throw new TypeError(
    `syncHandler(): ${name} yielded ${value === null ? 'null' : typeof value}; the chunks of a body are strings or bytes`,
  )
}
