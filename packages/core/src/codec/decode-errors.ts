/**
 * Errors that have arrived (`encode-errors.ts`), built again as instances of their own classes, without running the constructors of
 * these classes (whose parameters nobody here knows). First an error is made, and then filled: so errors may hold each other.
 */
import type { WireError, WireErrorType, WireValue } from '../protocol.js'
import type { ErrorClass } from '../registry/registry.js'
import { LOST } from './encode-errors.js'
import { type ErrorClasses, isDomException, languageClass } from './error-classes.js'
import { withoutCapture } from './stack-capture.js'

/** @param Class Where it can be had. It must have been looked for before: that may load a module. */
export function buildError(
  wire: WireError,
  Class: ErrorClass | undefined,
  classes: ErrorClasses,
): Error {
  const { message, type, name = type.name } = wire
  const error = withoutCapture(() => construct(wire, name, Class))
  try {
    error.stack = wire.stack
  } catch {
    // A class may have a `stack` that can't be set.
    give(error, 'stack', wire.stack, false)
  }
  if (!Class) {
    classes.remember(error, type)
    // The class can't be had, its name can. A DOMException has it from its constructor.
    if (!isDomException(type)) give(error, 'name', name, false)
  }
  if (error.message !== message) give(error, 'message', message, false)
  return error
}

/** @param decode Gives the value of a property. */
export function fillError(
  error: Error,
  { props, cause, errors, lost = [] }: WireError,
  decode: (wire: WireValue) => unknown,
): void {
  const failed: string[] = []
  const set = (key: string, wire: WireValue, enumerable: boolean) => {
    try {
      give(error, key, decode(wire), enumerable)
    } catch {
      // A codec of the user's, or a setter of the class: the error itself is worth more.
      failed.push(key)
    }
  }
  for (const [key, value] of props ?? []) set(key, value, key !== 'name')
  if (cause) set('cause', cause, false)
  if (errors) give(error, 'errors', members(errors, failed, decode), false)
  if (lost.length + failed.length > 0) give(error, LOST, [...lost, ...failed], false)
}

function members(
  errors: readonly WireValue[],
  failed: string[],
  decode: (wire: WireValue) => unknown,
): unknown[] {
  const found: unknown[] = []
  for (const [index, one] of errors.entries()) {
    try {
      found.push(decode(one))
    } catch {
      failed.push(`errors[${index}]`)
    }
  }
  return found
}

/** All values that belong to an error. */
export function* partsOfError({ props = [], cause, errors = [] }: WireError): Generator<WireValue> {
  for (const [, value] of props) yield value
  if (cause) yield cause
  yield* errors
}

export function keyOfType({ from, name, module, ordinal }: WireErrorType): string {
  return `${from}\n${module}\n${name}\n${ordinal}`
}

function construct(
  { message, type }: WireError,
  name: string,
  Class: ErrorClass | undefined,
): Error {
  if (type.base === 'DOMException' || isDomException(type)) {
    const error = new DOMException(message, name)
    // It has what no other constructor gives; a class below it adds its own methods.
    return Class ? Object.setPrototypeOf(error, Class.prototype) : error
  }
  const Nearest = Class ?? (type.base === undefined ? undefined : languageClass(type.base)) ?? Error
  try {
    return Reflect.construct(Error, [message], Nearest)
  } catch {
    // Its prototype may be a getter that throws.
    return new Error(message)
  }
}

/** As a definition, whatever the class has under that name. */
function give(error: Error, key: string, value: unknown, enumerable: boolean): void {
  if (enumerable && !(key in error)) (error as unknown as Record<string, unknown>)[key] = value
  else Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable })
}
