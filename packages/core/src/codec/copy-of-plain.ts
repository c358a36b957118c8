import * as types from 'node:util/types'
import { isPlain, isScalar } from './kind-of.js'

/** Copies plain data, as it is read from shared memory: arrays, bare objects, Uint8Arrays and Buffers, and nothing twice. */
export function copyOfPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyOfPlain)
  if (value instanceof Uint8Array) return copyOfBytes(value)
  // Its properties are there before they are assigned to: none becomes an affair of the prototype.
  const copy: Record<string, unknown> = { ...value }
  for (const name of Object.keys(copy)) {
    const child = copy[name]
    if (typeof child === 'object' && child !== null) copy[name] = copyOfPlain(child)
  }
  return copy
}

function copyOfBytes(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes)
  return Buffer.isBuffer(bytes) ? Buffer.from(copy.buffer) : copy
}

/** Whether it is nothing but plain objects, arrays and scalars, which structured clone never refuses. */
export function isPlainThroughout(value: unknown): boolean {
  if (isScalar(value)) return true
  const found = new Set([value])
  // A Set gives what is added while it is gone through.
  for (const one of found) {
    if (!isPlain(one) || types.isProxy(one)) return false
    for (const child of Object.values(one as object)) if (!isScalar(child)) found.add(child)
  }
  return true
}
