/** The forms that both verbs have: of a function, of a whole module by its URL, as a decorator, and with the options first. */
import { printGiven } from '../cancellation/print-given.js'
import type { FunctionRef } from '../protocol.js'
import type { AnyFunction } from '../registry/registry.js'
import { isPlainObject } from './bridged-function.js'
import { decorationOf } from './decorated-method.js'
import { createModuleProxy } from './module-proxy.js'

/** @throws TypeError that says what was given in place of a function. */
export function assertFunction(subject: unknown, expected: string): asserts subject is AnyFunction {
  if (typeof subject === 'function') return
  const remedy =
    typeof subject === 'string' ? ' A module is named by a URL: new URL(…, import.meta.url).' : ''
  throw new TypeError(`${expected}, and not to ${printGiven(subject)}.${remedy}`)
}

export interface Verb<O extends object> {
  readonly name: string
  /** @throws TypeError where an option is unknown or out of range. */
  checked(options: O): O
  /** Bridges a function. @throws TypeError where it is none that the verb takes. */
  wrap(subject: unknown, options: O): AnyFunction
  /** Bridges an export of a module. */
  bridge(ref: FunctionRef, options: O): AnyFunction
}

/** @param args What the verb was called with. */
export function applyVerb<O extends object>(
  { name, checked, wrap, bridge }: Verb<O>,
  args: readonly unknown[],
): unknown {
  const applyTo = (applied: readonly unknown[], options: O) =>
    decorationOf(name, applied)?.apply((fn) => wrap(fn, options))
  const decorated = applyTo(args, {} as O)
  if (decorated !== undefined) return decorated
  const [subject, given = {}] = args
  if (isPlainObject(subject)) {
    const options = checked(subject as O)
    return (...applied: unknown[]) => applyTo(applied, options) ?? wrap(applied[0], options)
  }
  const options = checked(given as O)
  return subject instanceof URL
    ? createModuleProxy(subject, (ref) => bridge(ref, options))
    : wrap(subject, options)
}
