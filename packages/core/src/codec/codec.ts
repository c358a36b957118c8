/**
 * WHAT: values across the wall. Structured clone carries nearly everything; what it would damage or refuse is replaced before
 * and put back after. What that is: `kind-of.ts`. Testable with no thread at all.
 */
import type { Transferable } from 'node:worker_threads'
import { TransferError } from '../errors.js'
import type {
  FunctionRef,
  Replaced,
  ThreadAddress,
  WireHandle,
  WireLocals,
  WireValue,
} from '../protocol.js'
import { printRef } from '../registry/function-ref.js'
import type { Around, IteratorKind } from '../registry/handles.js'
import type { Registry } from '../registry/registry.js'
import { asBuffer, withoutPool } from './buffers.js'
import { isTransferError } from './clone-failure.js'
import { copyOfPlain } from './copy-of-plain.js'
import { ErrorClasses } from './error-classes.js'
import { codecFor } from './instance-codecs.js'
import { isPlain, isScalar, type Kind, kindOf, nameOfSymbol, symbolNamed } from './kind-of.js'
import { Lending } from './lending.js'
import { NodesIn, partsOf, typesIn, type ValueDecoder } from './nodes-in.js'
import { NodesOut, type ValueEncoder, type Way } from './nodes-out.js'
import { placesAbove, wayTo } from './places.js'
import { withoutDot } from './plain-text.js'
import { type Replacement, replaceBelow, restore, stuck } from './replace.js'
import { transferListOf } from './transfer.js'
import { WireList } from './wire-list.js'

export interface Encoded {
  readonly wire: WireValue
  readonly transfer: readonly Transferable[]
}

const NOTHING: readonly Transferable[] = []

// Their own: an instance, or a class below, may have another one, which gives something else or throws.
const { toString: textOfUrl } = URL.prototype
const { toString: textOfSearch } = URLSearchParams.prototype

/** What was set and deleted in a scope. */
export interface LocalChanges {
  readonly keys: readonly string[]
  readonly values: readonly unknown[]
  readonly deleted: readonly string[]
  readonly after?: readonly string[] | undefined
  /** Of values that came and could not be decoded: why, by their places. */
  readonly failed?: ReadonlyMap<number, unknown> | undefined
}

/** What the user calls the value of that index. */
type Naming = (index: number) => string

export const asArguments: Naming = (index) => `args[${index}]`
export const asResult: Naming = () => 'result'
/** The first is the number of the function. */
export const asHandleArguments: Naming = (index) => `args[${index - 1}]`
/** The first is the instance that the function runs on. */
export const asMethodArguments: Naming = (index) => (index === 0 ? 'this' : `args[${index - 1}]`)
export const asThrown: Naming = () => 'what was thrown'
const unnamed: Naming = () => ''
const asLocals =
  (keys: readonly string[]): Naming =>
  (index) =>
    `Local.${keys[index]?.split('\n').at(-1)}`

/** A place in values that have arrived which could not be given what was meant. */
interface Unrestored {
  readonly error: unknown
  readonly holder: object
  readonly key: PropertyKey
  readonly kind: Replaced
}

const NO_FAILURES: readonly Unrestored[] = []

/** Encodes and decodes what belongs to one call. */
export class Codec implements ValueEncoder, ValueDecoder {
  readonly registry: Registry
  readonly ref: FunctionRef | undefined
  readonly iterators: IteratorKind
  readonly #holder: ThreadAddress | undefined
  readonly #origin: FunctionRef | undefined
  #classes: ErrorClasses | undefined = undefined
  #lending: Lending | undefined = undefined
  /** What surrounds the code that makes the call: functions that the call lends run in it when they are called. Asked where it lends one. */
  around: (() => Around) | undefined = undefined

  /**
   * @param ref The function that is called, where there is one.
   * @param iterators How those that come from elsewhere appear here.
   * @param holder On the side that answers: who gets what the answer gives away.
   * @param origin The function with a module, where the call is one of a function or iterator that this has given.
   */
  constructor(
    registry: Registry,
    ref?: FunctionRef,
    iterators: IteratorKind = 'async',
    holder?: ThreadAddress,
    origin = ref,
  ) {
    this.registry = registry
    this.ref = ref
    this.iterators = iterators
    this.#holder = holder
    this.#origin = origin
  }

  get classes(): ErrorClasses {
    this.#classes ??= new ErrorClasses(this.registry, this.#origin)
    return this.#classes
  }

  /** A list of values (arguments; one result), and what of it is to be moved. @throws TransferError (SYNCBRIDGE_TRANSFER) */
  encodeList(
    values: readonly unknown[],
    transfer: readonly Transferable[] = NOTHING,
    naming: Naming = asArguments,
  ): Encoded {
    try {
      const moved = transferListOf(values, transfer, naming)
      return { wire: this.#list(values, moved, naming), transfer: moved }
    } catch (error) {
      this.release()
      throw this.#named(error)
    }
  }

  /**
   * @param outer The nodes of the message that the values are part of, where they are not all of it.
   * @throws TransferError (SYNCBRIDGE_TRANSFER) where a codec of the user's fails.
   */
  decodeList(wire: WireValue, naming: Naming = unnamed, outer?: NodesIn): unknown[] {
    const failures = this.#restoreAll(wire, outer)
    const values = wire.value as unknown[]
    if (failures.length > 0) throw this.#unreadable(values, failures[0] as Unrestored, naming)
    return values
  }

  /**
   * The same where one value that can't be decoded must not keep the others from being.
   * @returns the values, with undefined in the places of those that have failed, and why they have, by their places.
   */
  decodeEach(
    wire: WireValue,
    naming: Naming,
  ): { readonly values: unknown[]; readonly failed: ReadonlyMap<number, unknown> } {
    const failures = this.#restoreAll(wire)
    const values = wire.value as unknown[]
    const failed = new Map<number, unknown>()
    for (const failure of failures) {
      for (const index of placesAbove(values, failure.holder, failure.key))
        if (!failed.has(index)) failed.set(index, this.#unreadable(values, failure, naming))
    }
    for (const index of failed.keys()) values[index] = undefined
    return { values, failed }
  }

  /** @returns what could not be restored. */
  #restoreAll(wire: WireValue, outer?: NodesIn): readonly Unrestored[] {
    const { marks, deep, nodes: own } = wire
    if (!marks && !deep) return NO_FAILURES
    const values = wire.value as unknown[]
    const nodes = outer ?? (own && new NodesIn(own, this))
    const failures: Unrestored[] = []
    const note = (error: unknown, holder: object, key: PropertyKey, kind: Replaced) =>
      void failures.push({ error, holder, key, kind })
    if (deep) restore(wire, (value, kind) => this.#restore(value, kind, nodes), note)
    for (const [index, kind] of marks ?? []) {
      if (kind === 'done') continue
      try {
        values[index] = this.#restore(values[index], kind, nodes)
      } catch (error) {
        note(error, values, index, kind)
      }
    }
    return failures
  }

  /** Of its own errors the library says where they stand. */
  #unreadable(values: unknown[], failure: Unrestored, naming: Naming): unknown {
    const { error, holder, key, kind } = failure
    if (kind !== 'instance' || !isTransferError(error)) return error
    const way = holder === values ? naming(Number(key)) : wayTo(values, holder, key, naming)
    return this.#named(stuck(way + (error.path ?? ''), error.message, error.cause ?? error))
  }

  /**
   * One value, all of which is gone through at once.
   * @param outer The nodes of the message that it is part of, where it is not all of it.
   */
  encode(value: unknown, outer?: NodesOut, naming: Naming = unnamed): WireValue {
    return isScalar(value) ? { value: [value] } : this.encodeWhole([value], naming, outer)
  }

  /** The same for a list of values. @throws TransferError (SYNCBRIDGE_TRANSFER) */
  encodeWhole(values: readonly unknown[], naming: Naming, outer?: NodesOut): WireValue {
    const list = this.#list(values, NOTHING, naming, outer)
    if (!(list instanceof WireList)) return list
    list.complete()
    const { value, marks, deep, parts, nodes } = list
    return {
      value,
      ...(marks && { marks }),
      ...(deep && { deep }),
      ...(parts && { parts }),
      ...(nodes && { nodes }),
    }
  }

  /** What a function threw, which need not be an error. @throws TransferError (SYNCBRIDGE_TRANSFER) */
  encodeThrown(thrown: unknown): WireValue {
    try {
      return this.encode(thrown, undefined, asThrown)
    } catch (error) {
      this.release()
      throw this.#named(error)
    }
  }

  decode(wire: WireValue, outer?: NodesIn, naming?: Naming): unknown {
    return this.decodeList(wire, naming, outer)[0]
  }

  /** @param changes Whose list of keys stands for the values, too: see WireLocals. */
  encodeLocals({ keys, values, deleted }: LocalChanges): WireLocals {
    const wire = this.#list(values, NOTHING, asLocals(keys))
    const isFlat = !wire.marks && !(wire instanceof WireList)
    return { keys, values: wire, deleted, isFlat }
  }

  decodeLocals({ keys, values, deleted, isShared, after }: WireLocals): LocalChanges {
    if (isShared)
      return { keys, values: (values.value as unknown[]).map(copyOfPlain), deleted, after }
    const { values: decoded, failed } = this.decodeEach(values, asLocals(keys))
    return { keys, values: decoded, deleted, after, failed }
  }

  /** Loads what decoding the value needs and does not have at hand. */
  async prepare(wire: WireValue): Promise<void> {
    for (const type of typesIn(wire))
      if (!this.classes.find(type, 'known')) await this.classes.load(type)
  }

  /** Whether `prepare` has anything to do. */
  isReadyFor(wire: WireValue): boolean {
    for (const type of typesIn(wire)) if (!this.classes.find(type, 'known')) return false
    return true
  }

  /** The call has ended, or what it would have lent was not sent. */
  release(): void {
    this.#lending?.release()
  }

  /**
   * Nobody wants the value: what its handles lead to need not be held for it.
   * @param holder In whose name they are held, where it isn't this thread's.
   */
  discard(
    { value, marks = [], deep = new Set(), nodes = [] }: WireValue,
    holder?: ThreadAddress,
  ): void {
    const places = [
      ...marks.map(([index, kind]) => [value as object, index, kind] as const),
      ...deep,
    ]
    for (const [place, key, kind] of places) {
      if (kind === 'handle')
        this.registry.handles.tell?.(Reflect.get(place, key) as WireHandle, 'release', holder)
    }
    // What nodes share has been given once.
    for (const part of new Set(partsOf(nodes))) this.discard(part, holder)
  }

  #list(
    values: readonly unknown[],
    moved: readonly Transferable[],
    naming: Naming,
    outer?: NodesOut,
  ): WireValue {
    let nodes = outer
    let marks: Array<readonly [number, Replaced]> | undefined
    let replaced: unknown[] | undefined
    let isBare = true
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index]
      if (isScalar(value)) continue
      if (!isPlain(value)) {
        const kind = this.#kindOf(value, moved)
        if (kind.is === 'refused') throw stuck(naming(index), kind.why)
        if (kind.is === 'replaced') {
          marks ??= []
          marks.push([index, kind.by])
          replaced ??= [...values]
          if (kind.by === 'error' || kind.by === 'instance') nodes ??= new NodesOut(this)
          replaced[index] = this.#replaceAt(() => naming(index), value, kind.by, moved, nodes)
          continue
        }
      }
      isBare = false
    }
    if (!outer) nodes?.complete()
    const value = replaced ?? values
    const own = outer ? undefined : nodes?.own
    if (isBare) return marks ? { value, marks, nodes: own } : { value }
    const all = nodes
    return new WireList(
      value,
      marks,
      (list) => this.#replaceBelow(list, marks, moved, naming, all, outer === undefined),
      own,
    )
  }

  #replaceAt(
    way: Way,
    value: unknown,
    by: Replaced,
    moved: readonly Transferable[],
    nodes: NodesOut | undefined,
  ): unknown {
    try {
      return this.#replace(value, by, moved, nodes, way)
    } catch (error) {
      if (!isTransferError(error)) throw error
      throw stuck(way() + (error.path ?? ''), error.message, error.cause)
    }
  }

  #replaceBelow(
    values: readonly unknown[],
    marks: WireValue['marks'],
    moved: readonly Transferable[],
    nameOf: Naming,
    nodes: NodesOut = new NodesOut(this),
    isWhole = true,
  ): Replacement | undefined {
    // What has been replaced already is ready, and not looked at again.
    const done = new Set(marks?.map(([index]) => values[index]))
    try {
      const replacement = replaceBelow(values, {
        kindOf: (value) => (done.has(value) ? { is: 'leaf' } : this.#kindOf(value, moved)),
        isMoved: (buffer) => (moved as readonly unknown[]).includes(buffer),
        replace: (value, by, way) => this.#replace(value, by, moved, nodes, way),
        nameOf,
      })
      if (!isWhole) return replacement
      nodes.complete()
      return replacement && { ...replacement, nodes: nodes.own }
    } catch (error) {
      throw this.#named(error)
    }
  }

  #kindOf(value: unknown, moved: readonly Transferable[]): Kind {
    const kind = kindOf(value, codecFor)
    // What is moved need not be cloned.
    return kind.is === 'refused' && (moved as readonly unknown[]).includes(value)
      ? { is: 'leaf' }
      : kind
  }

  #replace(
    value: unknown,
    by: Replaced,
    moved: readonly Transferable[],
    nodes: NodesOut | undefined,
    way: Way,
  ): unknown {
    switch (by) {
      case 'error':
      case 'instance':
        return (nodes as NodesOut).add(value as object, by, way)
      case 'buffer':
        return withoutPool(value as Buffer, moved)
      case 'handle':
        return this.#lendingOf().give(value as object)
      case 'symbol':
        return nameOfSymbol(value as symbol)
      case 'url':
        return textOfUrl.call(value)
      case 'search':
        return textOfSearch.call(value)
      default:
        return value
    }
  }

  #restore(replacement: unknown, kind: Replaced, nodes: NodesIn | undefined): unknown {
    switch (kind) {
      case 'error':
        return (nodes ?? new NodesIn([], this)).error(replacement)
      case 'buffer':
        return asBuffer(replacement)
      case 'handle':
        return this.#lendingOf().take(replacement as WireHandle)
      case 'symbol':
        return symbolNamed(replacement as string)
      case 'url':
        return new URL(replacement as string)
      case 'search':
        return new URLSearchParams(replacement as string)
      case 'lost':
        throw this.#restore(replacement, 'error', nodes)
      case 'instance':
        return (nodes ?? new NodesIn([], this)).instance(replacement)
      default:
        return replacement
    }
  }

  /** Few calls lend anything. */
  #lendingOf(): Lending {
    this.#lending ??= new Lending(this.registry.handles, this.ref, this.iterators, this.#holder, {
      around: this.around?.(),
      origin: this.#origin,
    })
    return this.#lending
  }

  #named(error: unknown): unknown {
    if (!isTransferError(error) || !this.ref || error.function !== undefined) return error
    const { path, cause, message } = error
    const fn = printRef(this.ref)
    return new TransferError(`${withoutDot(message)}, in a call of ${fn}.`, {
      function: fn,
      ...(path !== undefined && { path }),
      ...(cause !== undefined && { cause }),
    })
  }
}
