/**
 * WHAT: values across the wall. Structured clone carries nearly everything; what it would damage is replaced before
 * and put back after. Here: errors and Buffers given as arguments, results, Locals or causes. Testable with no thread at all.
 */
import { types } from 'node:util'
import type { Transferable } from 'node:worker_threads'
import type { FunctionRef, WireError, WireLocals, WireValue } from '../protocol.js'
import type { Registry } from '../registry/registry.js'
import { ErrorClasses } from './error-classes.js'
import { decodeError, encodeError, typesIn, type ValueCodec } from './error-codec.js'
import { transferListOf } from './transfer.js'

export interface Encoded {
  readonly wire: WireValue
  readonly transfer: readonly Transferable[]
}

const NOTHING: readonly Transferable[] = []

/** What was set and deleted in a scope, decoded. */
export interface LocalChanges {
  readonly set: ReadonlyArray<readonly [key: string, value: unknown]>
  readonly deleted: readonly string[]
}

/** Encodes and decodes what belongs to one call. */
export class Codec implements ValueCodec {
  readonly #registry: Registry
  readonly #ref: FunctionRef | undefined
  #classes: ErrorClasses | undefined = undefined

  /** @param ref The function that is called, where there is one. */
  constructor(registry: Registry, ref?: FunctionRef) {
    this.#registry = registry
    this.#ref = ref
  }

  get classes(): ErrorClasses {
    this.#classes ??= new ErrorClasses(this.#registry, this.#ref)
    return this.#classes
  }

  /** A list of values (arguments; one result), and what of it is to be moved. */
  encodeList(values: readonly unknown[], transfer: readonly Transferable[] = NOTHING): Encoded {
    const marked = transferListOf(values)
    return {
      wire: this.#encodeAll(values),
      transfer: marked.length === 0 ? transfer : [...new Set([...transfer, ...marked])],
    }
  }

  decodeList(wire: WireValue): unknown[] {
    const values = wire.value as unknown[]
    for (const [index, kind] of wire.marks ?? []) {
      values[index] =
        kind === 'error' ? decodeError(values[index] as WireError, this) : asBuffer(values[index])
    }
    return values
  }

  encode(value: unknown, seen?: Set<unknown>): WireValue {
    return this.#encodeAll([value], seen)
  }

  decode(wire: WireValue): unknown {
    return this.decodeList(wire)[0]
  }

  encodeLocals({ set, deleted }: LocalChanges): WireLocals {
    const values = this.#encodeAll(set.map(([, value]) => value))
    const isFlat = set.every(([, value]) => typeof value !== 'object' || value === null)
    return { keys: set.map(([key]) => key), values, deleted, isFlat }
  }

  decodeLocals({ keys, values, deleted }: WireLocals): LocalChanges {
    const decoded = this.decodeList(values)
    return { set: keys.map((key, index) => [key, decoded[index]] as const), deleted }
  }

  /** Loads what decoding the value needs and does not have at hand. */
  async prepare(wire: WireValue): Promise<void> {
    for (const type of typesIn(wire)) if (!this.classes.find(type)) await this.classes.load(type)
  }

  /** Whether `prepare` has anything to do. */
  isReadyFor(wire: WireValue): boolean {
    return !wire.marks || typesIn(wire).every((type) => this.classes.find(type))
  }

  #encodeAll(values: readonly unknown[], seen?: Set<unknown>): WireValue {
    if (values.every(isUntouched)) return { value: values }
    let marks: Array<readonly [number, 'error' | 'buffer']> | undefined
    const out = values.map((value, index) => {
      if (isUntouched(value)) return value
      if (value instanceof Error || types.isNativeError(value) || value instanceof DOMException) {
        marks ??= []
        marks.push([index, 'error'])
        return encodeError(value, this, seen ?? new Set())
      }
      if (!Buffer.isBuffer(value)) return value
      marks ??= []
      marks.push([index, 'buffer'])
      // A small Buffer is a window on a shared pool, all of which would be cloned, strangers' bytes too.
      const isWindow = value.byteLength < value.buffer.byteLength
      return isWindow && transferListOf([value]).length === 0 ? new Uint8Array(value) : value
    })
    return marks ? { value: out, marks } : { value: out }
  }
}

/** Cheap to see that it is neither an error nor a Buffer. */
function isUntouched(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return (
    prototype === Array.prototype || (prototype === Object.prototype && !types.isNativeError(value))
  )
}

function asBuffer(value: unknown): unknown {
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : value
}
