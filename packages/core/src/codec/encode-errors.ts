/**
 * Errors on their way out. Structured clone keeps the message and loses the class, `code`, own properties, `errors`; here an error is
 * taken apart, and `decode-errors.ts` builds it again. What leads from one error to another is up to `nodes-out.ts`.
 */
import type { WireError, WireValue } from '../protocol.js'
import type { ErrorClasses } from './error-classes.js'
import { foldStack, stackOf } from './stack.js'

type Unfinished = { -readonly [K in keyof WireError]: WireError[K] }

/** Encodes a property of an error; undefined where it can't cross. */
export type EncodeProperty = (owner: object, key: string) => WireValue | undefined

export function withoutProperties(error: Error, classes: ErrorClasses): WireError {
  const type = classes.describe(error)
  const name = textOf(error, 'name', 'Error')
  const message = textOf(error, 'message', '')
  const stack = foldStack(stackOf(error))
  return name === type.name ? { type, message, stack } : { type, message, stack, name }
}

export function addProperties(error: Error, wire: Unfinished, encode: EncodeProperty): void {
  const lost: string[] = []
  const props: Array<[string, WireValue]> = []
  const members = membersOf(error)
  for (const key of Object.getOwnPropertyNames(error)) {
    if (key === 'stack' || key === 'message' || (members && key === 'errors')) continue
    // What an earlier crossing has left out is still left out. As a property like others it would be enumerable after the next crossing.
    if (key === LOST && addLost(error, lost)) continue
    const value = encode(error, key)
    if (!value) lost.push(key)
    else if (key === 'cause') wire.cause = value
    else props.push([key, value])
  }
  if (wire.type.name === 'QuotaExceededError') addQuota(error, props, encode)
  if (members) wire.errors = encodeMembers(members, lost, encode)
  if (props.length > 0) wire.props = props
  if (lost.length > 0) wire.lost = lost
}

/** The property by which an error tells the names of those that were left out. */
export const LOST = 'syncbridgeLost'

/** @returns whether it is the library's own list, which nobody else made enumerable. */
function addLost(error: Error, lost: string[]): boolean {
  const { enumerable, value } = Object.getOwnPropertyDescriptor(error, LOST) ?? {}
  if (enumerable !== false || !Array.isArray(value)) return false
  for (const name of value as readonly unknown[])
    if (typeof name === 'string' && !lost.includes(name)) lost.push(name)
  return true
}

/** They are getters of the class, which nothing but its constructor can give their values. */
function addQuota(error: Error, props: Array<[string, WireValue]>, encode: EncodeProperty): void {
  for (const key of ['quota', 'requested']) {
    const value = Object.hasOwn(error, key) ? undefined : encode(error, key)
    if (value) props.push([key, value])
  }
}

function encodeMembers(
  members: readonly unknown[],
  lost: string[],
  encode: EncodeProperty,
): WireValue[] {
  const found: WireValue[] = []
  for (const key of keysOf(members) ?? []) {
    const value = encode(members, key)
    if (value) found.push(value)
    else lost.push(`errors[${key}]`)
  }
  return found
}

/** Leaves properties out that were encoded and can't cross all the same. */
export function leaveOut(wire: Unfinished, refused: ReadonlySet<WireValue>): void {
  const lost: string[] = []
  const { props, cause, errors } = wire
  if (cause && refused.has(cause)) {
    lost.push('cause')
    delete wire.cause
  }
  if (props?.some(([, value]) => refused.has(value))) {
    for (const [key, value] of props) if (refused.has(value)) lost.push(key)
    wire.props = props.filter(([, value]) => !refused.has(value))
  }
  if (errors?.some((value) => refused.has(value))) {
    for (const [index, value] of errors.entries())
      if (refused.has(value)) lost.push(`errors[${index}]`)
    wire.errors = errors.filter((value) => !refused.has(value))
  }
  if (lost.length > 0) wire.lost = [...(wire.lost ?? []), ...lost]
}

function membersOf(error: Error): unknown[] | undefined {
  try {
    return error instanceof AggregateError && Array.isArray(error.errors) ? error.errors : undefined
  } catch {
    return undefined
  }
}

/** Of the members that there are: a list may be all holes. */
function keysOf(members: readonly unknown[]): string[] | undefined {
  try {
    return Object.keys(members).filter((key) => String(Number(key) >>> 0) === key)
  } catch {
    // A proxy's trap.
    return undefined
  }
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
