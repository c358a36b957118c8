/**
 * WHAT: values across the wall. Structured clone carries nearly everything; what it would damage is replaced before
 * and put back after. Here: errors and Buffers given as arguments, results or causes. Testable with no thread at all.
 */
import type { Transferable } from 'node:worker_threads'
import { ownErrorClasses, TransferError } from '../errors.js'
import type { WireError, WireLocals, WireValue } from '../protocol.js'
import type { ErrorClass, Registry } from '../registry/registry.js'
import {
  decodeError,
  encodeError,
  errorIn,
  type FindErrorClass,
  isMarkedError,
  knowsClasses,
  type ValueCodec,
} from './error-codec.js'
import { transferListOf } from './transfer.js'

export interface Encoded {
  readonly wire: WireValue
  readonly transfer: Transferable[]
}

/** A list of values (arguments; one result). */
export function encodeList(
  values: readonly unknown[],
  transfer: readonly Transferable[] = [],
): Encoded {
  return {
    wire: encodeAll(values, new Set()),
    transfer: [...new Set([...transfer, ...transferListOf(values)])],
  }
}

export function decodeList(wire: WireValue, findClass: FindErrorClass): unknown[] {
  const values = wire.value as unknown[]
  for (const [index, kind] of wire.marks ?? []) {
    values[index] =
      kind === 'error'
        ? decodeError(values[index] as WireError, codecWith(findClass), findClass)
        : asBuffer(values[index])
  }
  return values
}

export function encodeOne(value: unknown): WireValue {
  return encodeAll([value], new Set())
}

export function decodeOne(wire: WireValue, findClass: FindErrorClass): unknown {
  return decodeList(wire, findClass)[0]
}

/** Whether decoding needs a class that is not at hand yet. */
export function needsClasses(wire: WireValue, findClass: FindErrorClass): boolean {
  return isMarkedError(wire) && !knowsClasses(errorIn(wire), findClass)
}

/** Finds an error class by name: the library's, the registered, JavaScript's own, then the module's exports. */
export function errorClassFinder(
  registry: Registry,
  namespace?: () => object | undefined,
): FindErrorClass {
  return (type) => {
    const own = ownErrorClasses.find((Class) => Class.name === type)
    if (own) return own
    return (
      registry.findErrorClass(type) ??
      asErrorClass(Reflect.get(globalThis, type)) ??
      exportedClass(namespace?.(), type)
    )
  }
}

/**
 * Why a message could not be cloned, as an error naming the path to the obstacle.
 * @param suspects What went into the message, each under the name that its user knows it by: `args`, `result`.
 */
export function explainCloneFailure(
  suspects: ReadonlyArray<readonly [name: string, value: unknown]>,
  cause: unknown,
  fn: string,
): TransferError {
  const found = suspects
    .map(([name, value]) => findObstacle(value, name))
    .find((path) => path !== undefined)
  const path = found ?? suspects[0]?.[0] ?? 'value'
  return new TransferError(
    `${path} can't cross between threads (${cause instanceof Error ? cause.message : String(cause)}), in a call of ${fn}. ` +
      'Pass plain data, or what structured clone takes.',
    { cause, function: fn, path },
  )
}

/** What travels with a call beside its values, for `explainCloneFailure`. */
export function surroundings(
  locals: WireLocals,
  storages: ReadonlyArray<{
    readonly name: string
    readonly value?: unknown
    readonly whole?: unknown
  }>,
): ReadonlyArray<readonly [name: string, value: unknown]> {
  return [
    ...locals.set.map(([key, value]) => [`Local.${key.split('\n').at(-1)}`, value] as const),
    ...storages.map(
      ({ name, value, whole }) => [`carryStorage('${name}')`, value ?? whole] as const,
    ),
  ]
}

function encodeAll(values: readonly unknown[], seen: Set<unknown>): WireValue {
  let marks: Array<readonly [number, 'error' | 'buffer']> | undefined
  const out = values.map((value, index) => {
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Error || value instanceof DOMException) {
      marks ??= []
      marks.push([index, 'error'])
      return encodeError(
        value,
        codecWith(() => undefined),
        seen,
      )
    }
    if (Buffer.isBuffer(value)) {
      marks ??= []
      marks.push([index, 'buffer'])
      // A small Buffer is a window on a shared pool, all of which would be cloned, strangers' bytes too.
      return value.byteLength < value.buffer.byteLength && transferListOf([value]).length === 0
        ? new Uint8Array(value)
        : value
    }
    return value
  })
  return marks ? { value: out, marks } : { value: out }
}

function codecWith(findClass: FindErrorClass): ValueCodec {
  return {
    encode: (value, seen) => encodeAll([value], seen),
    decode: (wire) => decodeOne(wire, findClass),
  }
}

function asBuffer(value: unknown): unknown {
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : value
}

function exportedClass(namespace: object | undefined, type: string): ErrorClass | undefined {
  for (const value of namespace ? Object.values(namespace) : []) {
    const Class = asErrorClass(value)
    if (Class?.name === type) return Class
  }
  return undefined
}

function asErrorClass(value: unknown): ErrorClass | undefined {
  if (typeof value !== 'function') return undefined
  return value === Error || value.prototype instanceof Error
    ? (value as unknown as ErrorClass)
    : undefined
}

function findObstacle(value: unknown, path: string, depth = 0): string | undefined {
  try {
    structuredClone(value)
    return undefined
  } catch {
    if (typeof value !== 'object' || value === null || depth > 20) return path
  }
  for (const [key, child] of childrenOf(value)) {
    const found = findObstacle(child, `${path}${key}`, depth + 1)
    if (found) return found
  }
  return path
}

function* childrenOf(value: object): Generator<[string, unknown]> {
  if (value instanceof Map) for (const [key, child] of value) yield [`.get(${String(key)})`, child]
  for (const key of Object.keys(value)) {
    const step = Array.isArray(value)
      ? `[${key}]`
      : /^[\w$]+$/.test(key)
        ? `.${key}`
        : `[${JSON.stringify(key)}]`
    let child: unknown
    try {
      child = Reflect.get(value, key)
    } catch {
      yield [step, Symbol('throwing getter')]
      continue
    }
    yield [step, child]
  }
}
