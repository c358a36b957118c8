import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { joined } from './joined-bytes.js'
import type { SyncFile, SyncForm } from './sync-request.js'

/**
 * Refuses a body that says that it is past the limit, or that a validator has read already.
 *
 * @throws HTTPException 413
 */
export async function refuseTooLarge(c: Context, limit: number): Promise<void> {
  if (Number(c.req.header('content-length')) > limit) throw tooLarge()
  const { text, arrayBuffer } = c.req.bodyCache
  if ((text || arrayBuffer) && (await c.req.arrayBuffer()).byteLength > limit) throw tooLarge()
}

/**
 * The request's body by its content type, as plain data.
 *
 * @param limit Bytes at most, counted while reading: a `Content-Length` may be missing, or lie.
 * @throws HTTPException 413 past the limit, 400 for what its content type does not allow, 415 for an unknown charset
 */
export async function readBody(c: Context, limit: number): Promise<unknown> {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return undefined
  const contentType = c.req.header('content-type') ?? ''
  const kind = kindOf(contentType)
  if (kind === 'form' && c.req.bodyCache.formData) return toForm(await c.req.formData())
  const bytes = await readBytes(c, limit)
  if (bytes.length === 0) return kind === 'text' ? '' : undefined
  if (kind === 'bytes') return bytes
  if (kind === 'form') return toForm(await parseForm(bytes, contentType))
  const text = decode(bytes, contentType)
  return kind === 'text' ? text : parseJson(text)
}

/** Files as plain data; everything else stays as it is. */
export async function withoutFiles(value: unknown): Promise<unknown> {
  if (value instanceof Blob) return toFile(value)
  if (Array.isArray(value)) return Promise.all(value.map(withoutFiles))
  if (!isPlainObject(value)) return value
  const entries = Object.entries(value).map(async ([key, part]) => [key, await withoutFiles(part)])
  return Object.fromEntries(await Promise.all(entries))
}

function kindOf(contentType: string): 'json' | 'form' | 'text' | 'bytes' {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json' || type.endsWith('+json')) return 'json'
  if (type === 'application/x-www-form-urlencoded' || type === 'multipart/form-data') return 'form'
  if (type.startsWith('text/') || type === 'application/xml' || type.endsWith('+xml')) return 'text'
  return 'bytes'
}

async function readBytes(c: Context, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const { bodyCache, raw } = c.req
  // A validator has read it; Hono remembers what it read, and gives it in any form.
  if (Object.keys(bodyCache).length > 0) return new Uint8Array(await c.req.arrayBuffer())
  if (raw.bodyUsed) {
    throw new TypeError(
      'syncHandler(): the body has been read already, by c.req.raw. Read it by c.req.json(), c.req.text() or the like, which keep it.',
    )
  }
  const bytes = raw.body ? await collect(raw.body, limit) : new Uint8Array()
  // For whoever wants it next, such as a logger.
  Object.assign(bodyCache, { arrayBuffer: Promise.resolve(bytes.buffer) })
  return bytes
}

async function collect(
  body: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  while (true) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > limit) {
      reader.cancel().catch(() => {})
      throw tooLarge()
    }
    chunks.push(value)
  }
  return joined(chunks)
}

function decode(bytes: Uint8Array, contentType: string): string {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch (cause) {
    throw new HTTPException(415, { cause, message: `Unknown charset: ${charset}` })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HTTPException(400, { cause, message: 'Malformed JSON in request body' })
  }
}

async function parseForm(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { 'Content-Type': contentType } }).formData()
  } catch (cause) {
    throw new HTTPException(400, { cause, message: 'Malformed form in request body' })
  }
}

async function toForm(data: FormData): Promise<SyncForm> {
  const form = new Map<string, string | SyncFile | Array<string | SyncFile>>()
  for (const [name, given] of data) {
    const value = typeof given === 'string' ? given : await toFile(given)
    const earlier = form.get(name)
    if (earlier === undefined) form.set(name, value)
    else if (Array.isArray(earlier)) earlier.push(value)
    else form.set(name, [earlier, value])
  }
  return Object.fromEntries(form)
}

async function toFile(blob: Blob): Promise<SyncFile> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  return { name: blob instanceof File ? blob.name : '', type: blob.type, bytes }
}

function tooLarge(): HTTPException {
  return new HTTPException(413, {
    message: 'Payload Too Large',
    res: new Response('Payload Too Large', { status: 413 }),
  })
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
