/** How the stores of carried `AsyncLocalStorage`s cross: as all values do, but for what can't cross, which is left out. */
import * as types from 'node:util/types'
import type { Codec } from '../codec/codec.js'
import { isPlainThroughout } from '../codec/copy-of-plain.js'
import { codecFor } from '../codec/instance-codecs.js'
import { isScalar } from '../codec/kind-of.js'
import { isWord, withoutDot } from '../codec/plain-text.js'
import { stuck } from '../codec/replace.js'
import { wireComparer } from '../codec/same-wire.js'
import type {
  EncodedStore,
  Entry,
  StoreForm,
  StoreKind,
  StoreValues,
} from '../context/store-values.js'
import { printThrown } from '../print-thrown.js'
import type { WireValue } from '../protocol.js'

export class CarriedStores implements StoreValues {
  readonly #codec: Codec
  readonly #newCodec: () => Codec

  /** @param newCodec Makes one for values that are not sent, and so must give nothing away. */
  constructor(codec: Codec, newCodec: () => Codec) {
    this.#codec = codec
    this.#newCodec = newCodec
  }

  kindOf(store: unknown): StoreKind {
    if (typeof store !== 'object' || store === null || codecFor(store)) return 'whole'
    if (types.isMap(store)) return 'map'
    const prototype: unknown = Object.getPrototypeOf(store)
    const isBare = prototype === Object.prototype || prototype === null
    return isBare && !types.isNativeError(store) ? 'object' : 'whole'
  }

  encode(name: string, form: StoreForm): EncodedStore {
    return this.#encode(this.#codec, name, form)
  }

  encodeToCompare(name: string, form: StoreForm): EncodedStore {
    const codec = this.#newCodec()
    try {
      return this.#encode(codec, name, form)
    } finally {
      codec.release()
    }
  }

  decode(name: string, as: StoreKind, wire: WireValue) {
    const values = wire.value as readonly unknown[]
    return this.#codec.decodeEach(wire, (index) =>
      print(name, as, { key: values[index - (index % 2)], value: undefined }),
    )
  }

  snapshot(wire: WireValue): WireValue {
    const { value, marks, deep, parts, nodes } = wire
    const values = value as readonly unknown[]
    return !marks && values.every(isScalar)
      ? { value: [...values] }
      : structuredClone({ value, marks, deep, parts, nodes })
  }

  comparer(before: WireValue, after: WireValue): (before: number, after: number) => boolean {
    return wireComparer(before, after)
  }

  guard<T>(name: string, what: string, run: () => T): T {
    try {
      return run()
    } catch (error) {
      throw stuck(`carryStorage('${name}')`, `its ${what}() threw ${printThrown(error)}`, error)
    }
  }

  print(error: unknown): string {
    return error instanceof Error && types.isNativeError(error) && 'path' in error
      ? withoutDot(error.message)
      : printThrown(error)
  }

  #encode(codec: Codec, name: string, { as, entries }: StoreForm): EncodedStore {
    const lost: string[] = []
    const sound: Entry[] = []
    for (const entry of entries) {
      if (!entry.unreadable) sound.push(entry)
      else
        lost.push(
          `${print(name, as, entry)} can't be read: it threw ${printThrown(entry.unreadable.reason)}`,
        )
    }
    try {
      return { wire: encodeEntries(codec, name, as, sound), entries: sound, lost }
    } catch {
      // Something in it can't cross. What, is found out one by one.
    }
    const crossing = sound.filter((entry) => {
      const trial = this.#newCodec()
      try {
        encodeEntries(trial, name, as, [entry])
        return true
      } catch (error) {
        lost.push(this.print(error))
        return false
      } finally {
        trial.release()
      }
    })
    try {
      return { wire: encodeEntries(codec, name, as, crossing), entries: crossing, lost }
    } catch (error) {
      // Each alone could, all together can't: they are too many.
      return { wire: { value: [] }, entries: [], lost: [...lost, this.print(error)] }
    }
  }
}

/** @throws TransferError (SYNCBRIDGE_TRANSFER), or DataCloneError */
function encodeEntries(
  codec: Codec,
  name: string,
  as: StoreKind,
  entries: readonly Entry[],
): WireValue {
  const values =
    as === 'whole'
      ? entries.map(({ value }) => value)
      : entries.flatMap(({ key, value }) => [key, value])
  const wire = codec.encodeWhole(values, (index) =>
    print(name, as, entries[as === 'whole' ? index : index >> 1] as Entry),
  )
  // Refused only by structured clone, it would fail the call, as it is too late by then to leave it out.
  const isSafe = !wire.marks && !wire.deep && (wire.value as unknown[]).every(isPlainThroughout)
  if (!isSafe) structuredClone(wire)
  return wire
}

function print(name: string, as: StoreKind, { key }: Entry): string {
  if (as === 'whole') return `carryStorage('${name}')`
  const isName = typeof key === 'string' && isWord(key)
  return `carryStorage('${name}')${isName ? `.${key}` : `[${typeof key === 'symbol' || Object(key) === key ? typeof key : JSON.stringify(String(key))}]`}`
}
