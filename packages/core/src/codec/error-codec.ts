/**
 * Errors across the wall. Structured clone keeps the message and loses the class, `code`, own properties, `errors`; here
 * an error is taken apart and built again as an instance of its own class, without running that class's constructor
 * (whose parameters nobody here knows). What can't be cloned is left out and named, so that the error itself arrives.
 */
import { onePerThread } from '../one-per-thread.js'
import type { WireError, WireValue } from '../protocol.js'
import type { ErrorClass } from '../registry/registry.js'
import { foldStack } from './stack.js'

/** Encodes and decodes any value; handed in, since values hold errors and errors hold values. */
export interface ValueCodec {
  encode(value: unknown, seen: Set<unknown>): WireValue
  decode(wire: WireValue): unknown
}
export type FindErrorClass = (type: string) => ErrorClass | undefined

/** The class of an error whose class wasn't to be had here: the next thread may have it. */
const foreignTypes = onePerThread('error-types', () => new WeakMap<Error, string>())
const handledApart = new Set(['stack', 'message', 'cause', 'errors'])
const LOST = 'syncbridgeLost'

export function encodeError(error: Error, codec: ValueCodec, seen: Set<unknown>): WireError {
  seen.add(error)
  const props: Array<[string, WireValue]> = []
  const lost: string[] = []
  const attempt = (key: string): WireValue | undefined => {
    try {
      const value: unknown = Reflect.get(error, key)
      // A cycle through a cause would never end; the first occurrence is kept.
      if (seen.has(value)) throw new Error('cyclic')
      const wire = codec.encode(value, seen)
      structuredClone(wire.value)
      return wire
    } catch {
      lost.push(key)
      return undefined
    }
  }
  for (const key of Object.getOwnPropertyNames(error)) {
    if (handledApart.has(key)) continue
    const value = attempt(key)
    if (value) props.push([key, value])
  }
  const cause = Object.hasOwn(error, 'cause') ? attempt('cause') : undefined
  const errors =
    error instanceof AggregateError
      ? error.errors.map((one: unknown) => codec.encode(one, seen))
      : undefined
  return {
    type: typeOf(error),
    name: text(() => error.name, 'Error'),
    message: text(() => error.message, ''),
    stack: foldStack(text(() => error.stack, '')),
    props,
    lost,
    ...(cause && { cause }),
    ...(errors && { errors }),
  }
}

export function decodeError(wire: WireError, codec: ValueCodec, findClass: FindErrorClass): Error {
  const error =
    wire.type === 'DOMException'
      ? new DOMException(wire.message, wire.name)
      : build(wire, findClass)
  // Not enumerable, as on a fresh error: printing it would repeat it.
  const define = (key: string, value: unknown) =>
    Object.defineProperty(error, key, {
      value,
      configurable: true,
      writable: true,
      enumerable: false,
    })
  define('stack', wire.stack)
  for (const [key, value] of wire.props) {
    if (key === 'name') define(key, codec.decode(value))
    else
      Object.defineProperty(error, key, {
        value: codec.decode(value),
        configurable: true,
        writable: true,
        enumerable: true,
      })
  }
  if (wire.cause) define('cause', codec.decode(wire.cause))
  if (wire.errors)
    define(
      'errors',
      wire.errors.map((one) => codec.decode(one)),
    )
  if (wire.lost.length > 0) define(LOST, wire.lost)
  return error
}

/** Whether every class that the error and its causes need is at hand. */
export function knowsClasses(wire: WireError, findClass: FindErrorClass): boolean {
  if (wire.type !== 'DOMException' && !findClass(wire.type)) return false
  const below = [wire.cause, ...(wire.errors ?? [])]
  return below.every((value) => !isMarkedError(value) || knowsClasses(errorIn(value), findClass))
}

export function isMarkedError(value: WireValue | undefined): value is WireValue {
  return value?.marks?.some(([index, kind]) => index === 0 && kind === 'error') ?? false
}

export function errorIn(value: WireValue): WireError {
  return (value.value as [WireError])[0]
}

function build(wire: WireError, findClass: FindErrorClass): Error {
  const Class = findClass(wire.type)
  const error: Error = Reflect.construct(Error, [wire.message], Class ?? Error)
  if (!Class) {
    foreignTypes.set(error, wire.type)
    // The class can't be had, its name can.
    Object.defineProperty(error, 'name', { value: wire.name, configurable: true, writable: true })
  }
  return error
}

function typeOf(error: Error): string {
  if (error instanceof DOMException) return 'DOMException'
  return foreignTypes.get(error) ?? text(() => error.constructor.name, 'Error')
}

/** A getter of the user's may throw, or give something else than text. */
function text(read: () => unknown, otherwise: string): string {
  try {
    const value = read()
    return typeof value === 'string' ? value : otherwise
  } catch {
    return otherwise
  }
}
