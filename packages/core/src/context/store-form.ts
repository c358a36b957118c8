/** A store taken apart into keys and values, and put together again. */
import type { Entry, StoreForm, StoreKind, StoreValues } from './store-values.js'

/** @param whole What stands for a store that has a codec of its own. */
export function formOf(store: unknown, values: StoreValues, whole?: () => unknown): StoreForm {
  if (whole) return { as: 'whole', store, entries: [{ key: undefined, value: whole() }] }
  try {
    const as = values.kindOf(store)
    return { as, store, entries: entriesOf(store, as) }
  } catch (reason) {
    // A proxy's trap.
    return { as: 'whole', store, entries: [unreadable(undefined, reason)] }
  }
}

function entriesOf(store: unknown, as: StoreKind): Entry[] {
  if (as === 'whole') return [{ key: undefined, value: store }]
  if (as === 'map') {
    const entries: Entry[] = []
    Map.prototype.forEach.call(store, (value, key) => void entries.push({ key, value }))
    return entries
  }
  return Object.keys(store as object).map((key) => {
    try {
      return { key, value: Reflect.get(store as object, key) as unknown }
    } catch (reason) {
      return unreadable(key, reason)
    }
  })
}

function unreadable(key: unknown, reason: unknown): Entry {
  return { key, value: undefined, unreadable: { reason } }
}

/**
 * @param values Keys and values in turn, or the whole.
 * @param failed Places among them of what could not be decoded.
 * @returns the store, and the places of its entries by their keys.
 */
export function storeOf(
  as: StoreKind,
  values: readonly unknown[],
  failed: ReadonlyMap<number, unknown>,
): { readonly store: unknown; readonly places: ReadonlyMap<unknown, number> } {
  if (as === 'whole') return { store: values[0], places: new Map([[undefined, 0]]) }
  const places = new Map<unknown, number>()
  const map = new Map<unknown, unknown>()
  for (let index = 0; index + 1 < values.length; index += 2) {
    if (failed.has(index) || failed.has(index + 1)) continue
    places.set(values[index], index >> 1)
    map.set(values[index], values[index + 1])
  }
  if (as === 'map') return { store: map, places }
  const store = {}
  for (const [key, value] of map) define(store, String(key), value)
  return { store, places }
}

/** Defined, not assigned: a key such as `__proto__` is a key here and nothing else. */
export function define(store: object, key: string, value: unknown): void {
  Object.defineProperty(store, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}
