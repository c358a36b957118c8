/** What both directions share in making a wrapper: checking options, naming the function, keeping what it looked like. */
import { printGiven } from '../cancellation/print-given.js'
import { RegistrationError } from '../errors.js'
import type { FunctionRef } from '../protocol.js'
import { isAsyncMark } from '../registry/async-functions.js'
import { siteOf, topLevelSite } from '../registry/call-site.js'
import { noteNamespace } from '../registry/load-function.js'
import type { AnyFunction } from '../registry/registry.js'
import { runtime } from '../runtime/runtime.js'

/** Naming a function where the call site can't be read, or shouldn't be. */
export interface NamingOptions {
  /** The module that the call stands in: `import.meta.url`, or `__filename`. By default it is read off the call site. */
  module?: string | undefined
  /** The name to register the function under. By default its own. */
  name?: string | undefined
}

/** @throws RegistrationError (SYNCBRIDGE_REGISTRATION) where no module's top level is running. */
export function register(
  fn: AnyFunction,
  verb: string,
  { module, name = fn.name || 'anonymous' }: NamingOptions,
): FunctionRef {
  const site = module === undefined ? topLevelSite() : siteOf(module)
  if (!site) {
    throw new RegistrationError(
      `${verb}(${name}) was not called at the top level of a module. Another thread finds the function by importing that ` +
        'module, so it must be registered while the module is evaluated: move the call to the top level, pass the ' +
        `module by URL (${verb}(new URL('./module.js', import.meta.url))), or, where the call site can't be read, give ` +
        '{ module: import.meta.url }.',
      { function: name },
    )
  }
  const { registry } = runtime()
  noteNamespace(site, registry)
  return registry.add(site, name, fn)
}

/** @throws TypeError naming the option that is not known. */
export function assertOptions(verb: string, options: unknown, known: readonly string[]): void {
  if (!isPlainObject(options)) {
    throw new TypeError(`${verb}: options must be a plain object, got ${printGiven(options)}`)
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new TypeError(`${verb}: unknown option '${key}' (known: ${known.join(', ')})`)
    }
  }
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // Another realm's plain object is one, too.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Gives the wrapper the name, length and own properties of what it wraps. */
export function imitate<W extends object>(wrapper: W, fn: AnyFunction): W {
  for (const key of Reflect.ownKeys(fn)) {
    if (
      key === 'prototype' ||
      key === 'arguments' ||
      key === 'caller' ||
      key === 'with' ||
      isAsyncMark(key)
    )
      continue
    const descriptor = Object.getOwnPropertyDescriptor(fn, key)
    if (descriptor) Reflect.defineProperty(wrapper, key, descriptor)
  }
  return wrapper
}
