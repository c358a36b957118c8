/** Writes what a call has changed into the caller's own store. */
import type { WireStorageChange } from '../protocol.js'
import { define } from './store-form.js'
import type { Entry, StoreForm } from './store-values.js'

/**
 * @param values The changed values: keys and values in turn, or the whole.
 * @param failed Places among them of what could not be decoded: it is told elsewhere.
 * @param update The user's own, where the store has a codec.
 * @returns what could not be written, in words.
 */
export function writeBack(
  { as, store, entries }: StoreForm,
  { places, deleted }: WireStorageChange,
  { values, failed }: { values: readonly unknown[]; failed: ReadonlyMap<number, unknown> },
  update: ((data: unknown) => void) | undefined,
): string[] {
  if (as === 'whole') {
    if (values.length === 0 || failed.size > 0) return []
    if (!update) return [NOT_KEYED]
    update(values[0])
    return []
  }
  const lost: string[] = []
  const write = (key: unknown, change: () => boolean) => {
    if (!isDone(change))
      lost.push(`a call changed '${String(key)}', which the caller's store does not let be changed`)
  }
  const keyAt = (place: number) => (entries[place] as Entry).key
  for (const [index, place] of places.entries()) {
    if (failed.has(2 * index) || failed.has(2 * index + 1)) continue
    const key = place < 0 ? values[2 * index] : keyAt(place)
    write(key, () => set(store as object, key, values[2 * index + 1]))
  }
  for (const place of deleted) write(keyAt(place), () => remove(store as object, keyAt(place)))
  return lost
}

const NOT_KEYED =
  "a call changed the store, and the change can't come back into it. Keep what changes in a plain object or a Map, or give the codec an update()"

/** A store may be frozen, and a setter of the user's may throw: the call has succeeded all the same. */
function isDone(change: () => boolean): boolean {
  try {
    return change()
  } catch {
    return false
  }
}

function set(store: object, key: unknown, value: unknown): boolean {
  if (store instanceof Map) {
    store.set(key, value)
    return true
  }
  const name = String(key)
  const own = Object.getOwnPropertyDescriptor(store, name)
  // An accessor stays one: it is the caller's, and may have a setter.
  if (own && !('value' in own)) return Reflect.set(store, name, value)
  if (own && own.writable === false) return false
  define(store, name, value)
  return true
}

function remove(store: object, key: unknown): boolean {
  if (!(store instanceof Map)) return Reflect.deleteProperty(store, String(key))
  store.delete(key)
  return true
}
