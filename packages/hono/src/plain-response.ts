import type { Context } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import type { SyncResponse, SyncResponseHead } from './sync-result.js'

const TEXT = 'text/plain; charset=UTF-8'
const BYTES = 'application/octet-stream'
const JSON_TYPE = 'application/json'

/** The response to what a synchronous route has returned. */
export function plainResponse(c: Context, result: unknown): Response {
  if (!isSyncResponse(result)) return respond(c, {}, result)
  const { body, ...head } = result
  return respond(c, head, body)
}

/** A response whose body is a stream, of the kind that its first chunk is. */
export function streamedResponse(
  c: Context,
  head: SyncResponseHead,
  first: string | Uint8Array | undefined,
  body: ReadableStream<Uint8Array>,
): Response {
  return create(c, head, body, typeof first === 'string' ? TEXT : BYTES)
}

/** Whether a generator's first item is the response's head. */
export function isHead(value: unknown): value is SyncResponseHead {
  return isRecord(value) && !isBytes(value) && hasOnly(value, ['status', 'headers'])
}

export function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView<ArrayBuffer> {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value)
}

export function toBytes(
  value: ArrayBuffer | ArrayBufferView<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  return value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

function respond(c: Context, head: SyncResponseHead, body: unknown): Response {
  if (body === undefined) return create(c, { status: 204, ...head }, null)
  if (typeof body === 'string') return create(c, head, body, TEXT)
  if (isBytes(body)) return create(c, head, toBytes(body), BYTES)
  return create(c, head, JSON.stringify(body) ?? null, JSON_TYPE)
}

function create(
  c: Context,
  { status = 200, headers = {} }: SyncResponseHead,
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null,
  contentType?: string,
): Response {
  const all = new Headers()
  for (const [name, values] of Object.entries(headers)) {
    for (const value of typeof values === 'string' ? [values] : values) all.append(name, value)
  }
  if (contentType && !all.has('Content-Type')) all.set('Content-Type', contentType)
  // A response without a body may have been given an empty one.
  const isEmpty = body === '' && isBodyless(status)
  return c.newResponse(isEmpty ? null : body, { status, headers: all })
}

function isBodyless(status: StatusCode): boolean {
  return status === 204 || status === 205 || status === 304
}

/**
 * A response in full has a numeric status, or headers and a body, and nothing else: `{ status: 'paid' }` is JSON, and so is
 * `{ status: 200, total: 5 }`.
 */
function isSyncResponse(value: unknown): value is SyncResponse {
  if (!isRecord(value) || !hasOnly(value, ['status', 'headers', 'body'])) return false
  if (value.status !== undefined) return Number.isInteger(value.status)
  return isRecord(value.headers) && 'body' in value
}

function hasOnly(value: object, names: readonly string[]): boolean {
  return Object.keys(value).every((name) => names.includes(name))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
