/**
 * Which class an error is of, in a way that another thread can follow: like a function, a class is named and not sent. The
 * thrower says where the class is from; a bare name would confuse classes of the same name.
 */
import { assert } from '../builtins.js'
import { ownErrorClasses } from '../errors.js'
import { onePerThread } from '../one-per-thread.js'
import type { FunctionRef, WireErrorType } from '../protocol.js'
import { namespaceLater, namespaceNow } from '../registry/load-function.js'
import type { ErrorClass, Registry } from '../registry/registry.js'

/** What an error said of itself whose class wasn't to be had here: the next thread may have it. */
const foreignTypes = onePerThread('error-types', () => new WeakMap<Error, WireErrorType>())

export class ErrorClasses {
  readonly #registry: Registry
  readonly #ref: FunctionRef | undefined

  /** @param ref The bridged function: classes that its module exports need no registering. */
  constructor(registry: Registry, ref?: FunctionRef) {
    this.#registry = registry
    this.#ref = ref
  }

  describe(error: Error | DOMException): WireErrorType {
    try {
      return foreignTypes.get(error) ?? this.#typeOf(error)
    } catch {
      // A class of the user's, or a proxy among its prototypes, may throw whatever it is asked.
      return { from: 'language', name: 'Error' }
    }
  }

  #typeOf(error: Error | DOMException): WireErrorType {
    const Class = classOf(error)
    const name = typeof Class?.name === 'string' ? Class.name : 'Error'
    const base = baseOf(error)
    if (Class && isOwnClass(Class)) return { from: 'library', name }
    if (Class && Class === languageClass(name))
      return base === 'DOMException' && base !== name
        ? { from: 'language', name, base }
        : { from: 'language', name }
    const place = Class && this.#registry.placeOfErrorClass(Class)
    if (place) return { from: 'place', name, ...place, base }
    return { from: 'module', name, module: this.#ref?.module, format: this.#ref?.format, base }
  }

  /** @param how `known` without loading the module that may export it where waiting for it gives a better answer. */
  find(type: WireErrorType, how: 'load' | 'known' = 'load'): ErrorClass | undefined {
    const { from, name } = type
    if (from === 'library') return ownErrorClasses.find((own) => own.name === name)
    if (from === 'language') return languageClass(name)
    const registered = this.#registry.findErrorClass(type)
    if (registered) return registered
    // Another realm's class, such as a test runner's, is not our `TypeError`, but is nothing else either.
    return (
      exportedClass(
        this.#isAtHand(type) ? namespaceNow(type, this.#registry, how) : undefined,
        name,
      ) ?? globalClass(name)
    )
  }

  /** Loads the module that the class may be exported by, where `find` alone could not. */
  async load(type: WireErrorType): Promise<void> {
    if (type.from === 'module' && this.#isAtHand(type)) await namespaceLater(type, this.#registry)
  }

  /** For an error that had to be built without its class. */
  remember(error: Error, type: WireErrorType): void {
    foreignTypes.set(error, type)
  }

  /** Only a module that this thread has anyway, or that was named by its URL: no other is evaluated for an error's sake. */
  #isAtHand({ module }: WireErrorType): boolean {
    if (module === undefined) return false
    return (
      this.#registry.knowsModule(module) ||
      (this.#ref?.kind === 'export' && this.#ref.module === module)
    )
  }
}

/** The user may have put anything there. */
function classOf(error: Error): ErrorClass | undefined {
  try {
    const Class: unknown = error.constructor
    return typeof Class === 'function' ? (Class as unknown as ErrorClass) : undefined
  } catch {
    return undefined
  }
}

/** One of the library's, or of another copy of it. */
function isOwnClass(Class: ErrorClass): boolean {
  // Each of them has a code, and hardly any other class.
  if (!Object.hasOwn(Class, 'code')) return false
  const code: unknown = Reflect.get(Class, 'code')
  return ownErrorClasses.some(
    (own) => own === Class || (Class.name === own.name && code === own.code),
  )
}

export function isDomException({ from, name }: WireErrorType): boolean {
  return from === 'language' && name === 'DOMException'
}

/** A class that every thread has: global, of WebAssembly, or of a module of Node's. */
export function languageClass(name: string): ErrorClass | undefined {
  if (name === 'AssertionError') return asErrorClass(assert().AssertionError)
  return (
    globalClass(name) ??
    asErrorClass(Reflect.get(Object(Reflect.get(globalThis, 'WebAssembly')), name))
  )
}

function globalClass(name: string): ErrorClass | undefined {
  return asErrorClass(Reflect.get(globalThis, name))
}

/** Their prototypes. An error of a class that is below one of these is one of these wherever its own class can't be had. */
const bases = new Map<object, string>()
for (const name of [
  'AggregateError',
  'DOMException',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SuppressedError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'CompileError',
  'LinkError',
  'RuntimeError',
]) {
  const Class = languageClass(name)
  if (Class) bases.set(Class.prototype, name)
}

/** The nearest class of the language that an error is of; undefined where that is `Error`. */
function baseOf(error: Error): string | undefined {
  for (
    let prototype: object | null = Object.getPrototypeOf(error);
    prototype && prototype !== Error.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const name = bases.get(prototype)
    if (name !== undefined) return name
  }
  return undefined
}

function exportedClass(namespace: object | undefined, name: string): ErrorClass | undefined {
  if (!namespace) return undefined
  try {
    // Nearly always exported under its own name, and all the exports of a module are many. Its own only: below the exports of
    // a CommonJS module that is still being evaluated, Node has put something that warns when asked for more.
    const namesake = Object.hasOwn(namespace, name)
      ? asErrorClass(Reflect.get(namespace, name))
      : undefined
    if (namesake?.name === name) return namesake
    for (const value of Object.values(namespace)) {
      const Class = asErrorClass(value)
      if (Class?.name === name) return Class
    }
  } catch {
    // The module is still being evaluated: its classes can't be touched yet.
  }
  return undefined
}

function asErrorClass(value: unknown): ErrorClass | undefined {
  if (typeof value !== 'function') return undefined
  return value === Error || value.prototype instanceof Error
    ? (value as unknown as ErrorClass)
    : undefined
}
