/** What carrying stores needs of the codec. Handed in: this room knows nothing of how values cross. */
import type { WireStorage, WireValue } from '../protocol.js'

export type StoreKind = WireStorage['as']

/** A key of a store and its value; or, of a whole store, what stands for it. */
export interface Entry {
  readonly key: unknown
  readonly value: unknown
  /** What its getter has thrown. */
  readonly unreadable?: { readonly reason: unknown } | undefined
}

/** A store as it crosses. */
export interface StoreForm {
  readonly as: StoreKind
  readonly store: unknown
  readonly entries: readonly Entry[]
}

export interface EncodedStore {
  readonly wire: WireValue
  /** Those that are in it. */
  readonly entries: readonly Entry[]
  /** What is not, in words. */
  readonly lost: readonly string[]
}

export interface StoreValues {
  /** How a store crosses that has no codec of its own. */
  kindOf(store: unknown): StoreKind
  /** Leaves out what can't cross. Never throws. */
  encode(name: string, form: StoreForm): EncodedStore
  /** The same for comparing alone: nothing of it is sent. */
  encodeToCompare(name: string, form: StoreForm): EncodedStore
  /** @returns the keys and values, or the whole; those that could not be decoded have a reason in `failed`, by their places. */
  decode(
    name: string,
    as: StoreKind,
    wire: WireValue,
  ): { readonly values: readonly unknown[]; readonly failed: ReadonlyMap<number, unknown> }
  /** A copy of what has come, which nothing that is done with the values changes. */
  snapshot(wire: WireValue): WireValue
  /** @returns whether the value at one place before means the same as the one at another place after. */
  comparer(before: WireValue, after: WireValue): (before: number, after: number) => boolean
  /** Runs what the user has given for a store. @throws TransferError (SYNCBRIDGE_TRANSFER) */
  guard<T>(name: string, what: string, run: () => T): T
  print(error: unknown): string
}
