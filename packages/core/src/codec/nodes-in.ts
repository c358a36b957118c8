/** The errors and instances of one message that has arrived (`nodes-out.ts`). */

import { printThrown } from '../print-thrown.js'
import type { WireErrorType, WireInstance, WireNode, WireValue } from '../protocol.js'
import type { ErrorClass, Registry } from '../registry/registry.js'
import { isTransferError } from './clone-failure.js'
import { buildError, fillError, keyOfType, partsOfError } from './decode-errors.js'
import { type ErrorClasses, isDomException } from './error-classes.js'
import { codecAt } from './instance-codecs.js'
import { isError } from './nodes-out.js'
import { stuck } from './replace.js'

export interface ValueDecoder {
  readonly classes: ErrorClasses
  readonly registry: Registry
  decode(wire: WireValue, nodes: NodesIn): unknown
}

type Decoded = { readonly value: unknown } | { readonly failure: unknown }

export class NodesIn {
  readonly #codec: ValueDecoder
  readonly #wires: readonly WireNode[]
  readonly #errors: ReadonlyArray<Error | undefined>
  /** Instances are built when somebody asks: a codec of the user's that throws fails only what holds the instance. */
  readonly #instances = new Map<number, Decoded>()
  /** Properties that several errors share arrive once. */
  #properties: Map<WireValue, unknown> | undefined = undefined
  #classes: Map<string, ErrorClass | undefined> | undefined = undefined

  constructor(wires: readonly WireNode[], codec: ValueDecoder) {
    this.#codec = codec
    this.#wires = wires
    this.#errors = wires.map((wire) =>
      isError(wire) ? buildError(wire, this.#classOf(wire.type), codec.classes) : undefined,
    )
    // What an error holds mostly comes after it. Filled first, it is whole when an instance is built of it.
    for (let number = wires.length - 1; number >= 0; number -= 1) {
      const wire = wires[number] as WireNode
      if (isError(wire))
        fillError(this.#errors[number] as Error, wire, (property) => this.#property(property))
    }
  }

  /** @throws TransferError where there is none. */
  error(number: unknown): Error {
    const error = this.#errors[number as number]
    if (!error) throw stuck('', `it names the error ${String(number)}, which did not come`)
    return error
  }

  /**
   * Built, with all instances that it is made of before it. Their number is up to the message, so this does not recurse.
   * @throws TransferError, without a path, where a codec throws, or is missing.
   */
  instance(number: unknown): unknown {
    const open = [number as number]
    const begun = new Set<number>()
    for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
      const wire = this.#wires[at]
      const missing =
        this.#instances.has(at) || begun.has(at) || !wire || isError(wire)
          ? []
          : instancesIn(wire.value).filter((inner) => !this.#instances.has(inner))
      if (missing.some((inner) => begun.has(inner)))
        this.#instances.set(at, { failure: stuck('', 'an instance is part of itself') })
      else if (missing.length > 0) {
        begun.add(at)
        for (const inner of missing) open.push(inner)
        continue
      }
      if (!this.#instances.has(at)) this.#instances.set(at, this.#build(at, wire))
      open.pop()
    }
    const decoded = this.#instances.get(number as number) as Decoded
    if ('failure' in decoded) throw decoded.failure
    return decoded.value
  }

  #build(number: number, wire: WireNode | undefined): Decoded {
    if (!wire || isError(wire))
      return { failure: stuck('', `it names the instance ${number}, which did not come`) }
    try {
      const { codec } = codecAt(wire, this.#codec.registry)
      return { value: built(wire, codec, this.#codec.decode(wire.value, this)) }
    } catch (failure) {
      return { failure }
    }
  }

  /** Many errors of one message are of the same class, and to look for one may be dear. */
  #classOf(type: WireErrorType): ErrorClass | undefined {
    if (this.#wires.length === 1) return this.#find(type)
    const key = keyOfType(type)
    this.#classes ??= new Map()
    if (!this.#classes.has(key)) this.#classes.set(key, this.#find(type))
    return this.#classes.get(key)
  }

  #find(type: WireErrorType): ErrorClass | undefined {
    try {
      return this.#codec.classes.find(type)
    } catch {
      // What a module exports is the user's, and so are its getters.
      return undefined
    }
  }

  #property(wire: WireValue): unknown {
    const [value] = wire.value as unknown[]
    if (!wire.marks && !wire.deep && (typeof value !== 'object' || value === null)) return value
    this.#properties ??= new Map()
    if (!this.#properties.has(wire)) this.#properties.set(wire, this.#codec.decode(wire, this))
    return this.#properties.get(wire)
  }
}

const NO_TYPES: readonly WireErrorType[] = []

/** The classes of the errors in a message, each once, but for those that every thread has. */
export function typesIn({ nodes }: WireValue): Iterable<WireErrorType> {
  if (!nodes) return NO_TYPES
  const types = new Map<string, WireErrorType>()
  for (const node of nodes)
    if (isError(node) && !isDomException(node.type)) types.set(keyOfType(node.type), node.type)
  return types.values()
}

/** All values that belong to nodes. */
export function* partsOf(nodes: readonly WireNode[]): Generator<WireValue> {
  for (const node of nodes) {
    if (isError(node)) yield* partsOfError(node)
    else yield node.value
  }
}

function instancesIn({ value, marks = [], deep = new Set() }: WireValue): number[] {
  const found: number[] = []
  for (const [index, kind] of marks)
    if (kind === 'instance') found.push((value as number[])[index] as number)
  for (const [holder, key, kind] of deep)
    if (kind === 'instance') found.push(Reflect.get(holder, key) as number)
  return found
}

/** @throws TransferError, without a path, where the codec throws. */
function built(
  { name }: WireInstance,
  codec: { decode(value: unknown): unknown },
  value: unknown,
): unknown {
  try {
    return codec.decode(value)
  } catch (error) {
    if (isTransferError(error)) throw error
    throw stuck('', `the codec of ${name} threw ${printThrown(error)}`, error)
  }
}
