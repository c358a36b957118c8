/** Values marked to be moved instead of copied: the mark stays beside the value, so that it crosses as it is. */

import * as types from 'node:util/types'
import type { Transferable } from 'node:worker_threads'
import { onePerThread } from '../one-per-thread.js'
import { isOfNode } from './kind-of.js'
import { stuck } from './replace.js'

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

/** What of these values is to be moved, each thing once. @throws TransferError (SYNCBRIDGE_TRANSFER) where that can't be moved. */
export function transferListOf(
  values: readonly unknown[],
  given: readonly Transferable[],
  naming: (index: number) => string,
): readonly Transferable[] {
  if (!marked.isUsed && given.length === 0) return NOTHING
  const list = new Set<Transferable>(given)
  for (const value of values) {
    if (typeof value !== 'object' || value === null) continue
    for (const item of marked.values.get(value) ?? []) list.add(item)
  }
  const things = [...list]
  for (const [place, thing] of things.entries()) {
    const why = whyNotMovable(thing)
    if (why === undefined) continue
    const index = values.indexOf(thing)
    throw stuck(index < 0 ? `transfer[${place}]` : naming(index), why)
  }
  return things
}

/** Of what is not a thing of its own, such as a view. Whether a thing can still be moved is up to the engine. */
function whyNotMovable(thing: unknown): string | undefined {
  const names = 'only an ArrayBuffer, a MessagePort or a stream of the web can be moved'
  if (typeof thing !== 'object' || thing === null)
    return `${thing === null ? 'null' : `a ${typeof thing}`} is named to be moved: ${names}`
  if (types.isProxy(thing)) return `a proxy is named to be moved: ${names}`
  if (ArrayBuffer.isView(thing)) return 'a view is named to be moved: name its buffer instead'
  if (types.isSharedArrayBuffer(thing))
    return 'a SharedArrayBuffer is named to be moved: both threads have it anyway'
  if (types.isArrayBuffer(thing) || isOfNode(thing) || isStream(thing)) return undefined
  return `${nameOfClass(thing)} is named to be moved: ${names}`
}

function isStream(thing: object): boolean {
  const { MessagePort, ReadableStream, WritableStream, TransformStream } = globalThis
  return [MessagePort, ReadableStream, WritableStream, TransformStream].some(
    (Class) => typeof Class === 'function' && thing instanceof Class,
  )
}

function nameOfClass(thing: object): string {
  const prototype = (Object.getPrototypeOf(thing) ?? {}) as object
  const Class: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  return typeof Class === 'function' && Class.name !== ''
    ? `an instance of ${Class.name}`
    : 'an object'
}
