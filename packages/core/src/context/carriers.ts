/**
 * `AsyncLocalStorage`s of others, taken along with each call. A store goes over by value; what the call changed in a plain
 * object or a Map comes back into the caller's own object, key by key, so that concurrent calls don't undo each
 * other, and what the call left alone stays as it is. Anything else can't come back (`await` restores the caller's store), and says so
 * once.
 */
import type { AsyncLocalStorage } from 'node:async_hooks'
import type { WireStorage, WireStorageChange } from '../protocol.js'
import { formOf, storeOf } from './store-form.js'
import type { Entry, StoreForm, StoreValues } from './store-values.js'
import { writeBack } from './write-back.js'

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
  readonly name: string
  readonly storage: AsyncLocalStorage<unknown>
  readonly codec: StorageCodec<unknown> | undefined
  /** What has been told of it. */
  readonly told: Set<string>
}

/** The stores of the code that makes a call. */
export interface Captured {
  readonly wire: readonly WireStorage[]
  /** Never throws: the call has been answered, and what can't come back is told by a warning. */
  apply(changes: readonly WireStorageChange[]): void
}

/** The stores of a call that runs here. */
export interface Entered {
  run<T>(fn: () => T): T
  /** Never throws: the function has run, and what can't be sent back is told by a warning. */
  changes(): WireStorageChange[]
}

const NO_STORES: readonly WireStorage[] = []
const NOTHING: Captured = { wire: [], apply: () => undefined }
/** The words may differ each time. */
const MOST_TOLD = 20

export class Carriers {
  readonly #carriers = new Map<string, Carrier>()

  add<S>(name: string, storage: AsyncLocalStorage<S>, codec: StorageCodec<S> | undefined): void {
    this.#carriers.set(name, {
      name,
      storage: storage as AsyncLocalStorage<unknown>,
      codec: codec as StorageCodec<unknown> | undefined,
      told: new Set(),
    })
  }

  /**
   * @param values Made only where there is a store.
   * @param passing Stores that came from elsewhere and that nobody here knows: they go on as they are.
   * @throws TransferError (SYNCBRIDGE_TRANSFER) where the `encode` that the user has given for a store throws.
   */
  capture(values: () => StoreValues, passing: readonly WireStorage[] = NO_STORES): Captured {
    if (this.#carriers.size === 0 && passing.length === 0) return NOTHING
    const wire = passing.filter(({ name }) => !this.#carriers.has(name))
    const captured = new Map<string, StoreForm>()
    for (const carrier of this.#carriers.values()) {
      const store = carrier.storage.getStore()
      if (store === undefined) continue
      const form = capturedForm(carrier, store, values())
      if (!form) continue
      captured.set(carrier.name, form.captured)
      wire.push(form.wire)
    }
    return { wire, apply: (changes) => this.#apply(captured, changes, values()) }
  }

  /** @throws TransferError (SYNCBRIDGE_TRANSFER) where a store can't be decoded as a whole. */
  enter(wire: readonly WireStorage[], values: StoreValues): Entered {
    const known = wire.flatMap((sent) => {
      const carrier = this.#carriers.get(sent.name)
      return carrier ? [new EnteredStore(carrier, sent, values)] : []
    })
    return {
      run: (fn) => known.reduce((inner, store) => () => store.run(inner), fn)(),
      changes: () => known.flatMap((store) => store.change() ?? []),
    }
  }

  #apply(
    captured: ReadonlyMap<string, StoreForm>,
    changes: readonly WireStorageChange[],
    values: StoreValues,
  ): void {
    for (const change of changes) {
      const carrier = this.#carriers.get(change.name)
      const form = captured.get(change.name)
      if (!carrier || !form) continue
      const { name, codec } = carrier
      for (const what of change.lost) tell(carrier, what)
      try {
        const decoded = values.decode(name, form.as, change.values)
        for (const reason of decoded.failed.values())
          tell(carrier, `a change can't come back: ${values.print(reason)}`)
        const update = codec?.update && ((data: unknown) => codec.update?.(form.store, data))
        for (const what of writeBack(form, change, decoded, update)) tell(carrier, what)
      } catch (error) {
        const threw = values.print(error)
        tell(carrier, `a call changed the store, and writing that back threw ${threw}`)
      }
    }
  }
}

function capturedForm(
  carrier: Carrier,
  store: unknown,
  values: StoreValues,
): { readonly captured: StoreForm; readonly wire: WireStorage } | undefined {
  const { name, codec } = carrier
  const form = formOf(
    store,
    values,
    codec && (() => values.guard(name, 'encode', () => codec.encode(store))),
  )
  const { wire, entries, lost } = values.encode(name, form)
  for (const what of lost) tell(carrier, `${what}, so calls go without it`)
  const { as } = form
  if (as === 'whole' && entries.length === 0) return undefined
  return { captured: { as, store, entries }, wire: { name, as, values: wire } }
}

/** A store that came with a call. */
class EnteredStore {
  readonly #carrier: Carrier
  readonly #sent: WireStorage
  readonly #values: StoreValues
  readonly #before: WireStorage['values']
  /** The keys that came, and the places of their entries. */
  readonly #places: ReadonlyMap<unknown, number>
  readonly #store: unknown
  /** Whether the function has put another store in its place (`enterWith`). */
  #isReplaced = false

  constructor(carrier: Carrier, sent: WireStorage, values: StoreValues) {
    const { name, codec } = carrier
    this.#carrier = carrier
    this.#sent = sent
    this.#values = values
    // Before the values are decoded, which puts others in their places.
    this.#before = values.snapshot(sent.values)
    const decoded = values.decode(name, sent.as, sent.values)
    if (sent.as === 'whole') for (const reason of decoded.failed.values()) throw reason
    for (const reason of decoded.failed.values())
      tell(carrier, `${values.print(reason)}, so calls go without it`)
    const { store, places } = storeOf(sent.as, decoded.values, decoded.failed)
    this.#places = places
    this.#store = codec ? values.guard(name, 'decode', () => codec.decode(store)) : store
  }

  run<T>(fn: () => T): T {
    const { storage } = this.#carrier
    return storage.run(this.#store, () => {
      try {
        return fn()
      } finally {
        this.#isReplaced = storage.getStore() !== this.#store
      }
    })
  }

  change(): WireStorageChange | undefined {
    const { name } = this.#sent
    const lost: string[] = []
    if (this.#isReplaced)
      lost.push("a call entered another store by enterWith(), which can't come back to its caller")
    try {
      return this.#changeOf(lost)
    } catch (error) {
      lost.push(`what a call changed in the store can't come back: ${this.#values.print(error)}`)
      return { name, values: { value: [] }, places: [], deleted: [], lost }
    }
  }

  #changeOf(lost: string[]): WireStorageChange | undefined {
    const { codec } = this.#carrier
    const { name, as } = this.#sent
    const values = this.#values
    const form = formOf(this.#store, values, codec && (() => codec.encode(this.#store)))
    const now = values.encodeToCompare(name, form)
    const isSame = values.comparer(this.#before, now.wire)
    const [step, offset] = as === 'whole' ? [1, 0] : [2, 1]
    const changed = now.entries.filter(({ key }, at) => {
      const place = this.#places.get(key)
      return place === undefined || !isSame(step * place + offset, step * at + offset)
    })
    const keys = new Set(form.entries.map(({ key }) => key))
    const deleted = [...this.#places].flatMap(([key, place]) => (keys.has(key) ? [] : [place]))
    for (const what of now.lost) lost.push(`${what}, so it does not come back`)
    if (changed.length + deleted.length + lost.length === 0) return undefined
    const back = values.encode(name, { as, store: form.store, entries: changed })
    const places = back.entries.map(({ key }: Entry) => this.#places.get(key) ?? -1)
    return { name, values: back.wire, places, deleted, lost }
  }
}

/** Once, of each thing: the next call will say the same. */
function tell({ name, told }: Carrier, what: string): void {
  if (told.has(what) || told.size >= MOST_TOLD) return
  told.add(what)
  process.emitWarning(`carryStorage('${name}'): ${what}.`, { code: 'SYNCBRIDGE_STORAGE_LOST' })
}
