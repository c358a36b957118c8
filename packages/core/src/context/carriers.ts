/**
 * `AsyncLocalStorage`s of others, taken along with each call. A store goes over by value; what the call changed in a plain
 * object or a Map comes back into the caller's own object, key by key, so that concurrent calls don't undo each
 * other. Anything else can't come back (`await` restores the caller's store), and says so once.
 */
import type { AsyncLocalStorage } from 'node:async_hooks'
import { util } from '../builtins.js'
import type { WireStorage, WireStorageChange } from '../protocol.js'

/** How a store crosses that can't be cloned as it is. */
export interface StorageCodec<S> {
  /** Makes plain data of the store. */
  encode(store: S): unknown
  /** Makes a store of that data, in the other thread. */
  decode(data: unknown): S
  /** Writes changed data back into the caller's store. Without it, changes are lost, with a warning. */
  update?(store: S, data: unknown): void
}

interface Carrier {
  readonly storage: AsyncLocalStorage<unknown>
  readonly codec: StorageCodec<unknown> | undefined
  warned: boolean
}

/** The stores of the code that makes a call. */
export interface Captured {
  readonly wire: readonly WireStorage[]
  apply(changes: readonly WireStorageChange[]): void
}

/** The stores of a call that runs here. */
export interface Entered {
  run<T>(fn: () => T): T
  changes(): WireStorageChange[]
}

const NO_STORES: readonly WireStorage[] = []
const NOTHING: Captured = { wire: [], apply: () => undefined }

export class Carriers {
  readonly #carriers = new Map<string, Carrier>()

  add<S>(name: string, storage: AsyncLocalStorage<S>, codec: StorageCodec<S> | undefined): void {
    this.#carriers.set(name, {
      storage: storage as AsyncLocalStorage<unknown>,
      codec: codec as StorageCodec<unknown> | undefined,
      warned: false,
    })
  }

  /** @param passing Stores that came from elsewhere and that nobody here knows: they go on as they are. */
  capture(passing: readonly WireStorage[] = NO_STORES): Captured {
    if (this.#carriers.size === 0 && passing.length === 0) return NOTHING
    const wire = passing.filter(({ name }) => !this.#carriers.has(name))
    const stores = new Map<string, unknown>()
    for (const [name, { storage, codec }] of this.#carriers) {
      const store = storage.getStore()
      if (store === undefined) continue
      stores.set(name, store)
      wire.push({ name, value: codec ? codec.encode(store) : store })
    }
    return { wire, apply: (changes) => this.#apply(stores, changes) }
  }

  enter(wire: readonly WireStorage[]): Entered {
    const known = wire.flatMap(({ name, value }) => {
      const carrier = this.#carriers.get(name)
      if (!carrier) return []
      const before: unknown = structuredClone(value)
      return [{ name, carrier, before, store: carrier.codec ? carrier.codec.decode(value) : value }]
    })
    return {
      run: (fn) =>
        known.reduce(
          (inner, { carrier, store }) =>
            () =>
              carrier.storage.run(store, inner),
          fn,
        )(),
      changes: () =>
        known.flatMap(({ name, carrier, before, store }) => {
          const change = changeOf(before, carrier.codec ? carrier.codec.encode(store) : store)
          return change ? [{ name, ...change }] : []
        }),
    }
  }

  #apply(stores: ReadonlyMap<string, unknown>, changes: readonly WireStorageChange[]): void {
    for (const { name, set, deleted, whole } of changes) {
      const carrier = this.#carriers.get(name)
      const store = stores.get(name)
      if (!carrier || store === undefined) continue
      if (carrier.codec?.update) carrier.codec.update(store, whole)
      else if (!carrier.codec && isKeyed(store)) writeBack(store, set, deleted)
      else if (!carrier.warned) {
        carrier.warned = true
        process.emitWarning(
          `carryStorage('${name}'): a call changed the store, and the change can't come back into it. Keep what changes in a plain object or a Map, or give the codec an update().`,
          { code: 'SYNCBRIDGE_STORAGE_LOST' },
        )
      }
    }
  }
}

type Keyed = Map<unknown, unknown> | Record<string, unknown>

function isKeyed(store: unknown): store is Keyed {
  if (store instanceof Map) return true
  if (typeof store !== 'object' || store === null) return false
  const prototype: unknown = Object.getPrototypeOf(store)
  return prototype === Object.prototype || prototype === null
}

function entriesOf(store: unknown): Map<unknown, unknown> {
  if (!isKeyed(store)) return new Map()
  return store instanceof Map ? store : new Map(Object.entries(store))
}

function changeOf(before: unknown, after: unknown): Omit<WireStorageChange, 'name'> | undefined {
  const { isDeepStrictEqual } = util()
  if (isDeepStrictEqual(before, after)) return undefined
  const old = entriesOf(before)
  const now = entriesOf(after)
  return {
    set: [...now].filter(
      ([key, value]) => !old.has(key) || !isDeepStrictEqual(old.get(key), value),
    ),
    deleted: [...old.keys()].filter((key) => !now.has(key)),
    whole: after,
  }
}

function writeBack(
  store: Keyed,
  set: WireStorageChange['set'],
  deleted: WireStorageChange['deleted'],
): void {
  if (store instanceof Map) {
    for (const [key, value] of set) store.set(key, value)
    for (const key of deleted) store.delete(key)
    return
  }
  // Defined, not assigned: a key such as `__proto__` is a key here and nothing else.
  for (const [key, value] of set) {
    Object.defineProperty(store, String(key), {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    })
  }
  for (const key of deleted) Reflect.deleteProperty(store, String(key))
}
