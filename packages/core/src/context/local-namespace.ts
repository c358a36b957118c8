/** `Local` seen as an object: properties kept in whichever store the current code has. */

import { Unreadable } from './cell.js'
import { keyText } from './key-text.js'

/** Where one Local's values are, for the code that runs now. Keys are `prefix + property`. */
export interface LocalStore {
  read(): ReadonlyMap<string, unknown>
  set(key: string, value: unknown): void
  delete(key: string): void
}

/** A Local that is used as a map must not fill the memory. */
const MOST_KNOWN = 256

/** An object whose properties live in `store` under `prefix`. Symbols are not values of a Local: they stay on the object. */
export function createNamespace(target: object, prefix: string, store: LocalStore): object {
  // The same text each time: a text that was put together anew would be hashed anew on every look-up.
  const known = new Map<string, string>()
  const keyOf = (property: string): string => {
    const found = known.get(property)
    if (found !== undefined) return found
    const key = keyText(prefix + property)
    if (known.size < MOST_KNOWN) known.set(property, key)
    return key
  }
  const keys = () => [...store.read().keys()].filter((key) => key.startsWith(prefix))
  const descriptorOf = (property: string): PropertyDescriptor | undefined => {
    const values = store.read()
    const key = keyOf(property)
    if (!values.has(key)) return undefined
    const value = values.get(key)
    const common = { enumerable: true, configurable: true }
    // To list the keys asks for descriptors: what can't be read throws only where it is read.
    return Unreadable.is(value)
      ? { get: () => readable(value), ...common }
      : { value, writable: true, ...common }
  }
  return new Proxy(target, {
    get: (self, property) => {
      if (typeof property === 'symbol') return Reflect.get(self, property)
      const values = store.read()
      const key = keyOf(property)
      const value = values.get(key)
      return value !== undefined || values.has(key) ? readable(value) : inherited(self, property)
    },
    has: (self, property) =>
      typeof property === 'symbol'
        ? Reflect.has(self, property)
        : store.read().has(keyOf(property)),
    set: (self, property, value) => {
      if (typeof property === 'symbol') return Reflect.set(self, property, value)
      store.set(keyOf(property), value)
      return true
    },
    deleteProperty: (self, property) => {
      if (typeof property === 'symbol') return Reflect.deleteProperty(self, property)
      store.delete(keyOf(property))
      return true
    },
    defineProperty: (self, property, descriptor) => {
      if (typeof property === 'symbol') return Reflect.defineProperty(self, property, descriptor)
      if (!('value' in descriptor)) return false
      store.set(keyOf(property), descriptor.value)
      return true
    },
    // The object itself would be frozen for ever, for all scopes of this thread, and its values are elsewhere: the language would refuse
    // every answer about them from then on.
    preventExtensions: () => false,
    ownKeys: (self) => [
      ...keys().map((key) => key.slice(prefix.length)),
      ...Object.getOwnPropertySymbols(self),
    ],
    getOwnPropertyDescriptor: (self, property) =>
      typeof property === 'symbol'
        ? Reflect.getOwnPropertyDescriptor(self, property)
        : descriptorOf(property),
  })
}

/** @throws what has kept it from being decoded. */
function readable(value: unknown): unknown {
  if (Unreadable.is(value)) throw value.error
  return value
}

/** Only what every object has, such as `toString`: a value stored as undefined stays undefined. */
function inherited(self: object, property: string): unknown {
  return property in Object.prototype || property === 'constructor'
    ? Reflect.get(self, property)
    : undefined
}
