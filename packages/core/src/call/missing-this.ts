import * as types from 'node:util/types'
import type { AnyFunction } from '../registry/registry.js'

const FAILURES = [
  /^Cannot (?:read|set) properties of (?:undefined|null) \((?:reading|setting) '(?<property>.+)'\)/,
  /^Cannot destructure property '(?<property>.+)' of 'this' as it is (?:undefined|null)/,
  /^Cannot (?:read|write) private member (?<property>#\S+) (?:from|to) an object whose class did not declare it/,
  /^Receiver must be (?:an instance of )?(?:class )?(?<property>\S+)/,
]

/**
 * A method that was bridged like a function runs without its `this`, and fails with a TypeError that doesn't say so. Where the function's
 * source reads just what could not be read from `this`, it is told what to do.
 *
 * @param print How the function is called for people; asked only where that is needed, as most errors are others.
 * @returns The same error.
 */
export function explainMissingThis(error: unknown, fn: AnyFunction, print: () => string): unknown {
  // Anything can be thrown, also what throws whatever it is asked.
  if (!types.isNativeError(error)) return error
  try {
    explain(error, fn, print)
  } catch {
    // Frozen, or with a property that throws: then without advice.
  }
  return error
}

function explain(error: Error, fn: AnyFunction, print: () => string): void {
  const { message, stack } = error
  if (!(error instanceof TypeError) || typeof message !== 'string') return
  const property = FAILURES.map((failure) => failure.exec(message)?.groups?.property).find(Boolean)
  if (!property || !readsFromThis(Function.prototype.toString.call(fn), property)) return
  const explained =
    `${message}: ${print()} uses \`this\`, and a bridged function has none, because an object does not follow its method into another ` +
    `thread. Pass what it needs as arguments, or bind it at the module's top level, as in syncToAsync(ledger.close.bind(ledger)).`
  error.message = explained
  if (stack) error.stack = stack.replace(message, () => explained)
}

function readsFromThis(source: string, property: string): boolean {
  const name = property.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(
    `\\bthis\\s*(\\?\\.|\\.)?\\s*(${name}(?![\\w$])|\\[\\s*['"\`]${name}['"\`])|\\}\\s*=\\s*this\\b`,
  ).test(source)
}
