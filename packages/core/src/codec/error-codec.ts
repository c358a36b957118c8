/**
 * Errors across the wall. Structured clone keeps the message and loses the class, `code`, own properties, `errors`; here
 * an error is taken apart and built again as an instance of its own class, without running that class's constructor
 * (whose parameters nobody here knows). What can't be cloned is left out and named, so that the error itself arrives.
 */
import type { WireError, WireErrorType, WireValue } from '../protocol.js'
import type { ErrorClasses } from './error-classes.js'
import { foldStack, stackOf } from './stack.js'
import { withoutCapture } from './stack-capture.js'

/** Encodes and decodes any value; handed in, since values hold errors and errors hold values. */
export interface ValueCodec {
  readonly classes: ErrorClasses
  encode(value: unknown, seen: Set<unknown>): WireValue
  decode(wire: WireValue): unknown
}

type Unfinished = { -readonly [K in keyof WireError]: WireError[K] }

const LOST = 'syncbridgeLost'
export function encodeError(error: Error, codec: ValueCodec, seen: Set<unknown>): WireError {
  seen.add(error)
  const type = codec.classes.describe(error)
  const name = textOf(error, 'name', 'Error')
  const lost: string[] = []
  const props: Array<[string, WireValue]> = []
  let cause: WireValue | undefined
  const members = membersOf(error)
  for (const key of Object.getOwnPropertyNames(error)) {
    if (key === 'stack' || key === 'message' || (members && key === 'errors')) continue
    const wire = attempt(error, key, codec, seen)
    if (!wire) lost.push(key)
    else if (key === 'cause') cause = wire
    else props.push([key, wire])
  }
  const errors = members?.flatMap((one, index) => {
    const wire = attempt([one], 0, codec, seen)
    if (!wire) lost.push(`errors[${index}]`)
    return wire ?? []
  })
  // A path, not a set: what occurs twice side by side is no cycle.
  seen.delete(error)
  const message = textOf(error, 'message', '')
  const wire: Unfinished = { type, message, stack: foldStack(stackOf(error)) }
  if (name !== type.name) wire.name = name
  if (props.length > 0) wire.props = props
  if (lost.length > 0) wire.lost = lost
  if (cause) wire.cause = cause
  if (errors) wire.errors = errors
  return wire
}

export function decodeError(wire: WireError, codec: ValueCodec): Error {
  const error = build(wire, codec)
  if (wire.props)
    for (const [key, value] of wire.props) give(error, key, codec.decode(value), key !== 'name')
  if (wire.cause) give(error, 'cause', codec.decode(wire.cause), false)
  if (wire.errors) {
    const errors = wire.errors.map((one) => codec.decode(one))
    give(error, 'errors', errors, false)
  }
  if (wire.lost) give(error, LOST, wire.lost, false)
  return error
}

/** The classes that the errors in a value are of, at every depth. */
export function typesIn(value: WireValue, found: WireErrorType[] = []): readonly WireErrorType[] {
  if (value.marks)
    for (const [index, kind] of value.marks)
      if (kind === 'error') typesOf((value.value as WireError[])[index] as WireError, found)
  if (value.deep)
    for (const [holder, key, kind] of value.deep)
      if (kind === 'error') typesOf(Reflect.get(holder, key) as WireError, found)
  return found
}

function typesOf(error: WireError, found: WireErrorType[]): void {
  if (!isDomException(error)) found.push(error.type)
  for (const [, property] of error.props ?? []) typesIn(property, found)
  if (error.cause) typesIn(error.cause, found)
  for (const one of error.errors ?? []) typesIn(one, found)
}

/** A property as it travels; undefined where it can't. */
function attempt(
  owner: object,
  key: PropertyKey,
  codec: ValueCodec,
  seen: Set<unknown>,
): WireValue | undefined {
  try {
    const value: unknown = Reflect.get(owner, key)
    const type = typeof value
    if (type === 'string' || type === 'number' || value === undefined || value === null)
      return { value: [value] }
    // A cycle would never end; the first occurrence is kept.
    if (seen.has(value)) return undefined
    const wire = codec.encode(value, seen)
    // An error has been through this, part by part.
    if (wire.marks?.[0]?.[1] !== 'error') structuredClone(wire)
    return wire
  } catch {
    return undefined
  }
}

function isDomException({ type }: WireError): boolean {
  return type.from === 'language' && type.name === 'DOMException'
}

function membersOf(error: Error): unknown[] | undefined {
  try {
    return error instanceof AggregateError && Array.isArray(error.errors) ? error.errors : undefined
  } catch {
    return undefined
  }
}

function build(wire: WireError, { classes }: ValueCodec): Error {
  const { message, type, name = type.name } = wire
  const isDom = isDomException(wire)
  // Before anything is silenced: it may have to load a module.
  const Class = isDom ? DOMException : (classes.find(type) as NewableFunction | undefined)
  const error = withoutCapture(() =>
    isDom ? new DOMException(message, name) : Reflect.construct(Error, [message], Class ?? Error),
  )
  error.stack = wire.stack
  if (!Class) {
    classes.remember(error, type)
    // The class can't be had, its name can.
    give(error, 'name', name, false)
  }
  return error
}

/** As a definition, whatever the class has under that name. */
function give(error: Error, key: string, value: unknown, enumerable: boolean): void {
  if (enumerable && !(key in error)) (error as unknown as Record<string, unknown>)[key] = value
  else Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable })
}

/** A getter of the user's may throw, or give something else than text. */
function textOf(error: Error, key: 'name' | 'message', otherwise: string): string {
  try {
    const value: unknown = error[key]
    return typeof value === 'string' ? value : otherwise
  } catch {
    return otherwise
  }
}
