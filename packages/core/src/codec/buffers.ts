/** Buffers are sent as the bytes that they show, and made Buffers again. */
import type { Transferable } from 'node:worker_threads'
import { assertCopyable } from './survey.js'
import { bufferOf, byteLengthOf } from './views.js'

/**
 * A small Buffer is a window on a shared pool, all of which would be cloned, strangers' bytes too.
 * @throws TransferError (SYNCBRIDGE_TRANSFER) where it is too much to copy.
 */
export function withoutPool(buffer: Buffer, moved: readonly Transferable[]): Uint8Array {
  const memory = bufferOf(buffer)
  if ((moved as readonly unknown[]).includes(memory)) return buffer
  const bytes = byteLengthOf(buffer)
  assertCopyable(bytes)
  return bytes < byteLengthOf(memory) ? new Uint8Array(buffer) : buffer
}

export function asBuffer(value: unknown): unknown {
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : value
}
