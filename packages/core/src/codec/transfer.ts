/** Values marked to be moved instead of copied: the mark stays beside the value, so that it crosses as it is. */
import type { Transferable } from 'node:worker_threads'
import { onePerThread } from '../one-per-thread.js'

const marked = onePerThread('transfer', () => ({
  values: new WeakMap<object, readonly Transferable[]>(),
  /** Whether there has ever been one: most programs copy everything. */
  isUsed: false,
}))

const NOTHING: readonly Transferable[] = []

/**
 * Marks a value to be moved to the other thread instead of copied; it is unusable here afterwards.
 *
 * @param value The argument or result to move: an `ArrayBuffer`, a view of one, a `MessagePort`, or an object holding some.
 * @param list What to move; by default the value itself, or the buffer below a view.
 * @returns The same value.
 * @example
 * // pixels.js
 * import { syncToAsync, transfer } from '@syncbridge/core'
 * export const invert = syncToAsync((pixels) => transfer(pixels.map((byte) => 255 - byte)))
 * // main.js
 * import { transfer } from '@syncbridge/core'
 * import { invert } from './pixels.js'
 * const pixels = new Uint8Array([0, 1, 2])
 * console.log(await invert(transfer(pixels))) // Uint8Array(3) [ 255, 254, 253 ]
 * console.log(pixels.length) // 0
 */
export function transfer<T extends object>(value: T, list?: readonly Transferable[]): T {
  marked.isUsed = true
  marked.values.set(
    value,
    list ?? [
      ArrayBuffer.isView(value)
        ? (value.buffer as ArrayBuffer)
        : (value as unknown as Transferable),
    ],
  )
  return value
}

/** What was marked of these values, each once. */
export function transferListOf(values: readonly unknown[]): readonly Transferable[] {
  if (!marked.isUsed) return NOTHING
  const list = new Set<Transferable>()
  for (const value of values) {
    if (typeof value !== 'object' || value === null) continue
    for (const item of marked.values.get(value) ?? []) list.add(item)
  }
  return [...list]
}
