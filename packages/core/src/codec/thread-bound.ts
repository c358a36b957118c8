/** Things of Node's, and of native addons, with a state outside of JavaScript: they live in the thread that made them, and a copy would be dead. */
import * as types from 'node:util/types'

const MAKE_ONE = 'it lives in the thread that made it. Make one there'

/** By the name of the class: the module that exports it, `WebAssembly`, or nothing for the global scope; and what to do instead. */
const THINGS: ReadonlyArray<readonly [name: string, from: string, remedy?: string]> = [
  ['Server', 'net', `${MAKE_ONE}, or send the thread what its connections receive`],
  ['Socket', 'dgram'],
  ['Agent', 'http', `${MAKE_ONE}, at the top level of a module: it is kept from call to call`],
  ['ChildProcess', 'child_process', `${MAKE_ONE}, or pass its pid`],
  ['Worker', 'worker_threads', 'pass one end of a MessageChannel, by transfer()'],
  ['BroadcastChannel', 'worker_threads', 'make one of the same name there'],
  ['MessageChannel', 'worker_threads', 'pass one of its ports, by transfer()'],
  ['DatabaseSync', 'sqlite', 'pass its path, and open the file there'],
  ['StatementSync', 'sqlite', 'pass its sourceSQL, and prepare it there'],
  ['Instance', 'WebAssembly', 'pass its WebAssembly.Module, and instantiate that there'],
  ['Dir', 'fs', 'pass its path, and open it there'],
  ['Interface', 'readline'],
  ['Script', 'vm', 'pass its source'],
  ['ECDH', 'crypto'],
  ['DiffieHellman', 'crypto'],
  ['Resolver', 'dns'],
  ['Session', 'inspector'],
  ['AsyncLocalStorage', 'async_hooks', 'have it taken along by carryStorage()'],
  ['AbortController', '', 'hand the abort on by .with({ signal }), and read it by callSignal()'],
  ['WebSocket', ''],
  ['CompressionStream', '', 'pass its readable or its writable, by transfer()'],
  ['DecompressionStream', '', 'pass its readable or its writable, by transfer()'],
  // Of some of these, structured clone makes empty objects.
  ['AbortSignal', '', 'hand the abort on by .with({ signal }), and read it by callSignal()'],
  ['Event', '', 'pass what it tells'],
  ['Headers', '', 'pass its entries: [...headers]'],
  ['Request', '', 'pass its URL, method, headers and body'],
  ['Response', '', 'pass its status, headers and body'],
  ['FormData', '', 'pass its entries: [...form]'],
  // Node ends the process where one that is closed is cloned.
  ['MessagePort', '', 'move it, by transfer()'],
]
const byName = new Map(THINGS.map((thing) => [thing[0], thing]))

/**
 * @param value No proxy.
 * @returns what it is, and what to pass instead; undefined for anything that is not bound to its thread.
 */
export function threadBound(value: object): string | undefined {
  if (isTimer(value)) return 'a timer: start it there'
  for (
    let prototype: object | null = Object.getPrototypeOf(value);
    prototype && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const Class: unknown = ownValue(prototype, 'constructor')
    const name = typeof Class === 'function' ? ownValue(Class, 'name') : undefined
    const thing = typeof name === 'string' ? byName.get(name) : undefined
    if (thing && classOf(thing) === Class) return `${thing[0]}: ${thing[2] ?? MAKE_ONE}`
  }
  return undefined
}

/** Other runtimes have classes of native code of their own, some of which structured clone takes. */
const isNode = process.versions.bun === undefined && process.versions.deno === undefined

/**
 * The same for what native addons make, such as the statements of a database driver: structured clone sees nothing of what such an object is.
 *
 * @param value An instance of a class that nothing else is known of; no proxy.
 */
export function madeByAddon(value: object): string | undefined {
  if (!isNode) return undefined
  const why = nativeIn(value)
  // Keys are such shells, too, and structured clone takes them. Asked last: for everything else Node throws and catches an error there, which
  // takes longer than all the rest.
  return why === undefined || types.isKeyObject(value) || types.isCryptoKey(value) ? undefined : why
}

function nativeIn(value: object): string | undefined {
  const name = nameOfNative(value)
  if (name !== undefined) return `${name}, an object of native code: ${MAKE_ONE}`
  // An instance with fields is its fields. One without that keeps such an object under a symbol is a shell around that, and nothing of it
  // would arrive.
  if (Object.keys(value).some((key) => isField(value, key))) return undefined
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    const held: unknown = Object.getOwnPropertyDescriptor(value, symbol)?.value
    const isObject = typeof held === 'object' && held !== null && !types.isProxy(held)
    const heldName = isObject ? nameOfNative(held) : undefined
    if (heldName !== undefined)
      return `it keeps a ${heldName}, an object of native code: ${MAKE_ONE}`
  }
  return undefined
}

function isField(value: object, key: string): boolean {
  const property = Object.getOwnPropertyDescriptor(value, key)
  return property !== undefined && 'value' in property
}

/** @returns the name of its class, where that is of native code, and none of the language's. */
function nameOfNative(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (typeof prototype !== 'object' || prototype === null || types.isProxy(prototype))
    return undefined
  // `Object.prototype`, maybe of another realm.
  if (Object.getPrototypeOf(prototype) === null) return undefined
  const Class: unknown = ownValue(prototype, 'constructor')
  // A proxy of a class prints as native code, and so does what is bound, which has no prototype.
  if (typeof Class !== 'function' || types.isProxy(Class)) return undefined
  if (ownValue(Class, 'prototype') !== prototype) return undefined
  if (!NATIVE.test(Function.prototype.toString.call(Class))) return undefined
  const name = ownValue(Class, 'name')
  return isOfLanguage(Class, name, prototype) ? undefined : String(name)
}

const NATIVE = /\{\s*\[native code\]\s*\}$/

/** Structured clone knows these itself: of WebAssembly, it takes modules and shared memory, also those of another realm. */
function isOfLanguage(Class: object, name: unknown, prototype: object): boolean {
  const tag = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value
  if (typeof tag === 'string' && tag.startsWith('WebAssembly.')) return true
  return (
    typeof name === 'string' &&
    [globalThis, Intl].some((holder) => Reflect.get(holder, name) === Class)
  )
}

/** Not by an access, which could run code of the user's. */
function ownValue(holder: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(holder, key)?.value
}

/** A class of the user's may have the same name. Its module is loaded, where there is an instance of Node's. */
function classOf([name, from]: (typeof THINGS)[number]): unknown {
  const holder: unknown =
    from === ''
      ? globalThis
      : from === 'WebAssembly'
        ? Reflect.get(globalThis, from)
        : process.getBuiltinModule(`node:${from}`)
  return holder ? Reflect.get(Object(holder), name) : undefined
}

/** Their classes are exported nowhere. */
function isTimer(value: object): boolean {
  if (!Object.hasOwn(value, '_idleNext')) return false
  const timeout = setTimeout(() => undefined, 0)
  const immediate = setImmediate(() => undefined)
  clearTimeout(timeout)
  clearImmediate(immediate)
  const prototype: unknown = Object.getPrototypeOf(value)
  return [timeout, immediate].some((timer) => Object.getPrototypeOf(timer) === prototype)
}
