/** What a value is to this library: nothing special, something that holds others, something to be replaced, or what can't cross. */
import * as types from 'node:util/types'
import { printThrown } from '../print-thrown.js'
import type { Replaced } from '../protocol.js'
import { isIterator, isOwnIterator } from '../registry/iterators.js'
import { isWordPart, withoutStart } from './plain-text.js'
import { madeByAddon, threadBound } from './thread-bound.js'

/**
 * `leaf`: structured clone sees to it alone. `plain`, `fields`, `map`, `set`: holds values; `fields` is an instance of a class, which
 * arrives as its own fields.
 */
export type Kind =
  | { readonly is: 'leaf' }
  | { readonly is: 'plain' | 'fields' | 'map' | 'set' }
  | { readonly is: 'replaced'; readonly by: Replaced }
  | { readonly is: 'refused'; readonly why: string }

const LEAF: Kind = { is: 'leaf' }
const PLAIN: Kind = { is: 'plain' }
const FIELDS: Kind = { is: 'fields' }
const MAP: Kind = { is: 'map' }
const SET: Kind = { is: 'set' }
const ERROR: Kind = { is: 'replaced', by: 'error' }
const BUFFER: Kind = { is: 'replaced', by: 'buffer' }
const HANDLE: Kind = { is: 'replaced', by: 'handle' }
const SYMBOL: Kind = { is: 'replaced', by: 'symbol' }
const URL_: Kind = { is: 'replaced', by: 'url' }
const SEARCH: Kind = { is: 'replaced', by: 'search' }
const INSTANCE: Kind = { is: 'replaced', by: 'instance' }

/** What every way carries as it is. */
export function isScalar(value: unknown): boolean {
  return typeof value === 'object'
    ? value === null
    : typeof value !== 'function' && typeof value !== 'symbol'
}

/** Cheap to see that it is to be replaced by nothing; what is below it is another question. */
export function isPlain(value: unknown): boolean {
  try {
    const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined
    return (
      prototype === Array.prototype ||
      (prototype === Object.prototype && !types.isNativeError(value))
    )
  } catch {
    // A proxy's trap.
    return false
  }
}

/**
 * Never throws: proxies, and getters of a class, run code of the user's.
 *
 * @param codecOf What the user has registered for the class of an instance.
 */
export function kindOf(value: unknown, codecOf: (value: object) => unknown): Kind {
  try {
    return classify(value, codecOf)
  } catch (error) {
    return { is: 'refused', why: `looking at it throws ${printThrown(error)}` }
  }
}

function classify(value: unknown, codecOf: (value: object) => unknown): Kind {
  if (typeof value === 'function') return kindOfFunction(value)
  if (typeof value === 'symbol') return kindOfSymbol(value)
  if (typeof value !== 'object' || value === null) return LEAF
  const prototype: unknown = Object.getPrototypeOf(value)
  if (types.isProxy(value)) return kindOfProxy(value, prototype)
  // An error that has lost its prototype is still one, to structured clone.
  if (types.isNativeError(value)) return ERROR
  if (prototype === Object.prototype || prototype === null) return kindOfBare(value)
  if (Array.isArray(value)) return PLAIN
  if (types.isMap(value)) return MAP
  if (types.isSet(value)) return SET
  if (ArrayBuffer.isView(value)) return Buffer.isBuffer(value) ? BUFFER : LEAF
  if (types.isAnyArrayBuffer(value) || types.isDate(value) || types.isRegExp(value)) return LEAF
  if (codecOf(value)) return INSTANCE
  if (value instanceof Error || value instanceof DOMException) return ERROR
  if (isReally(URL, value)) return URL_
  if (isReally(URLSearchParams, value)) return SEARCH
  if (isIterator(value)) return HANDLE
  return kindOfInstance(value)
}

/** What it shows can be copied, where that is plain. */
function kindOfProxy(value: object, prototype: unknown): Kind {
  return prototype === Object.prototype || prototype === null || Array.isArray(value)
    ? PLAIN
    : { is: 'refused', why: 'a proxy of what is not a plain object or array' }
}

/** What has no class to tell by: a Map may have lost its prototype, too. */
function kindOfBare(value: object): Kind {
  if (types.isMap(value)) return MAP
  if (types.isSet(value)) return SET
  return types.isDate(value) || types.isRegExp(value) || types.isBoxedPrimitive(value)
    ? LEAF
    : isOwnIterator(value)
      ? HANDLE
      : PLAIN
}

function kindOfInstance(value: object): Kind {
  if (types.isPromise(value))
    return { is: 'refused', why: 'a promise: await it, and pass what it gives' }
  if (types.isWeakMap(value) || types.isWeakSet(value) || value instanceof WeakRef)
    return { is: 'refused', why: 'weak references lead nowhere in another thread' }
  if ('_readableState' in value || '_writableState' in value)
    return {
      is: 'refused',
      why: 'a Node stream: pass what it gives by a generator, or Readable.toWeb(stream) by transfer()',
    }
  const why = threadBound(value)
  if (why !== undefined) return { is: 'refused', why }
  if (types.isBoxedPrimitive(value) || isOfNode(value)) return LEAF
  const addon = madeByAddon(value)
  return addon === undefined ? FIELDS : { is: 'refused', why: addon }
}

/** An instance, and not only something with that prototype, which has nothing of one. */
function isReally(Class: typeof URL | typeof URLSearchParams, value: object): boolean {
  try {
    return value instanceof Class && typeof Class.prototype.toString.call(value) === 'string'
  } catch {
    return false
  }
}

/** Something of Node's that clones or moves in its own way (streams, keys, Blobs): its classes have a method for that. */
export function isOfNode(value: object): boolean {
  for (
    let prototype: object | null = Object.getPrototypeOf(value);
    prototype && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const symbol of Object.getOwnPropertySymbols(prototype))
      if (symbol.description?.startsWith('messaging_')) return true
  }
  return false
}

function kindOfFunction(fn: object): Kind {
  return isClass(Function.prototype.toString.call(fn))
    ? { is: 'refused', why: 'a class: its instances cross, it does not' }
    : HANDLE
}

function isClass(source: string): boolean {
  return source.startsWith('class') && !isWordPart(source.charCodeAt('class'.length))
}

function kindOfSymbol(symbol: symbol): Kind {
  return nameOfSymbol(symbol) === undefined
    ? { is: 'refused', why: 'a symbol that no other thread has: use Symbol.for()' }
    : SYMBOL
}

/** The same in every thread: in the registry, or of the language. */
export function nameOfSymbol(symbol: symbol): string | undefined {
  const key = Symbol.keyFor(symbol)
  if (key !== undefined) return `for ${key}`
  const { description } = symbol
  const name = description && withoutStart(description, 'Symbol.')
  return name !== undefined && Reflect.get(Symbol, name) === symbol ? name : undefined
}

export function symbolNamed(name: string): unknown {
  return name.startsWith('for ') ? Symbol.for(name.slice(4)) : Reflect.get(Symbol, name)
}
