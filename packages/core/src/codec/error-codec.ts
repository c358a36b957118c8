/**
 * Errors across the wall. Structured clone keeps the message and loses the class, `code`, own properties, `errors`; here
 * an error is taken apart and built again as an instance of its own class, without running that class's constructor
 * (whose parameters nobody here knows). What can't be cloned is left out and named, so that the error itself arrives.
 */
import type { WireError, WireErrorType, WireValue } from '../protocol.js'
import type { ErrorClasses } from './error-classes.js'
import { foldStack } from './stack.js'

/** Encodes and decodes any value; handed in, since values hold errors and errors hold values. */
export interface ValueCodec {
  readonly classes: ErrorClasses
  encode(value: unknown, seen: Set<unknown>): WireValue
  decode(wire: WireValue): unknown
}

const handledApart = new Set(['stack', 'message', 'cause', 'errors'])
const LOST = 'syncbridgeLost'

export function encodeError(error: Error, codec: ValueCodec, seen: Set<unknown>): WireError {
  seen.add(error)
  const lost: string[] = []
  const attempt = (name: string, read: () => unknown): WireValue | undefined => {
    try {
      const value = read()
      // A cycle would never end; the first occurrence is kept.
      if (seen.has(value)) throw new Error('cyclic')
      const wire = codec.encode(value, seen)
      structuredClone(wire.value)
      return wire
    } catch {
      lost.push(name)
      return undefined
    }
  }
  const props: Array<[string, WireValue]> = []
  for (const key of Object.getOwnPropertyNames(error)) {
    if (handledApart.has(key)) continue
    const value = attempt(key, () => Reflect.get(error, key))
    if (value) props.push([key, value])
  }
  const cause = Object.hasOwn(error, 'cause') ? attempt('cause', () => error.cause) : undefined
  const errors = membersOf(error)?.flatMap(
    (one, index) => attempt(`errors[${index}]`, () => one) ?? [],
  )
  // A path, not a set: what occurs twice side by side is no cycle.
  seen.delete(error)
  return {
    type: codec.classes.describe(error),
    name: text(() => error.name, 'Error'),
    message: text(() => error.message, ''),
    stack: foldStack(text(() => error.stack, '')),
    props,
    lost,
    ...(cause && { cause }),
    ...(errors && { errors }),
  }
}

export function decodeError(wire: WireError, codec: ValueCodec): Error {
  const error = isDomException(wire)
    ? new DOMException(wire.message, wire.name)
    : build(wire, codec)
  const define = (key: string, value: unknown, enumerable: boolean) =>
    Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable })
  // Not enumerable, as on a fresh error: printing it would repeat it.
  define('stack', wire.stack, false)
  for (const [key, value] of wire.props) define(key, codec.decode(value), key !== 'name')
  if (wire.cause) define('cause', codec.decode(wire.cause), false)
  if (wire.errors)
    define(
      'errors',
      wire.errors.map((one) => codec.decode(one)),
      false,
    )
  if (wire.lost.length > 0) define(LOST, wire.lost, false)
  return error
}

/** The classes that the errors in a value are of, at every depth. */
export function* typesIn(value: WireValue): Generator<WireErrorType> {
  for (const [index, kind] of value.marks ?? []) {
    if (kind !== 'error') continue
    const error = (value.value as WireError[])[index]
    if (!error) continue
    if (!isDomException(error)) yield error.type
    for (const [, property] of error.props) yield* typesIn(property)
    if (error.cause) yield* typesIn(error.cause)
    for (const one of error.errors ?? []) yield* typesIn(one)
  }
}

function isDomException({ type }: WireError): boolean {
  return type.from === 'language' && type.name === 'DOMException'
}

function membersOf(error: Error): unknown[] | undefined {
  return error instanceof AggregateError && Array.isArray(error.errors) ? error.errors : undefined
}

function build(wire: WireError, { classes }: ValueCodec): Error {
  const Class = classes.find(wire.type)
  const error: Error = Reflect.construct(Error, [wire.message], Class ?? Error)
  if (!Class) {
    classes.remember(error, wire.type)
    // The class can't be had, its name can.
    Object.defineProperty(error, 'name', { value: wire.name, configurable: true, writable: true })
  }
  return error
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
