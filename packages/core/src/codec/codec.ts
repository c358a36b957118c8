/**
 * WHAT: values across the wall. Structured clone carries nearly everything; what it would damage or refuse is replaced before
 * and put back after. What that is: `kind-of.ts`. Testable with no thread at all.
 */
import type { Transferable } from 'node:worker_threads'
import { TransferError } from '../errors.js'
import type {
  FunctionRef,
  Replaced,
  WireError,
  WireHandle,
  WireInstance,
  WireLocals,
  WireValue,
} from '../protocol.js'
import { printRef } from '../registry/function-ref.js'
import type { Holder, IteratorKind } from '../registry/handles.js'
import type { Registry } from '../registry/registry.js'
import { asBuffer, withoutPool } from './buffers.js'
import { copyOfPlain } from './copy-of-plain.js'
import { ErrorClasses } from './error-classes.js'
import { decodeError, encodeError, typesIn, type ValueCodec } from './error-codec.js'
import { codecAt, codecFor } from './instance-codecs.js'
import { isPlain, isScalar, kindOf, nameOfSymbol, symbolNamed } from './kind-of.js'
import { Lending } from './lending.js'
import { type Replacement, replaceBelow, restore, stuck } from './replace.js'
import { transferListOf } from './transfer.js'
import { WireList } from './wire-list.js'

export interface Encoded {
  readonly wire: WireValue
  readonly transfer: readonly Transferable[]
}

const NOTHING: readonly Transferable[] = []

/** What was set and deleted in a scope. */
export interface LocalChanges {
  readonly keys: readonly string[]
  readonly values: readonly unknown[]
  readonly deleted: readonly string[]
  readonly after?: readonly string[] | undefined
}

/** What the user calls the value of that index. */
type Naming = (index: number) => string

export const asArguments: Naming = (index) => `args[${index}]`
export const asResult: Naming = () => 'result'
/** The first is the number of the function. */
export const asHandleArguments: Naming = (index) => `args[${index - 1}]`
const asThrown: Naming = () => 'what was thrown'
const unnamed: Naming = () => ''

/** Encodes and decodes what belongs to one call. */
export class Codec implements ValueCodec {
  readonly #registry: Registry
  readonly #ref: FunctionRef | undefined
  readonly #iterators: IteratorKind
  readonly #holder: Holder | undefined
  #classes: ErrorClasses | undefined = undefined
  #lending: Lending | undefined = undefined
  /** Instances whose codecs are at work. */
  #isEncoding: Set<object> | undefined = undefined

  /**
   * @param ref The function that is called, where there is one.
   * @param iterators How those that come from elsewhere appear here.
   * @param holder On the side that answers: who gets what the answer gives away.
   */
  constructor(
    registry: Registry,
    ref?: FunctionRef,
    iterators: IteratorKind = 'async',
    holder?: Holder,
  ) {
    this.#registry = registry
    this.#ref = ref
    this.#iterators = iterators
    this.#holder = holder
  }

  get classes(): ErrorClasses {
    this.#classes ??= new ErrorClasses(this.#registry, this.#ref)
    return this.#classes
  }

  /** A list of values (arguments; one result), and what of it is to be moved. @throws TransferError (SYNCBRIDGE_TRANSFER) */
  encodeList(
    values: readonly unknown[],
    transfer: readonly Transferable[] = NOTHING,
    naming: Naming = asArguments,
  ): Encoded {
    const marked = transferListOf(values)
    const moved = marked.length === 0 ? transfer : [...new Set([...transfer, ...marked])]
    try {
      return { wire: this.#list(values, moved, naming), transfer: moved }
    } catch (error) {
      this.release()
      throw this.#named(error)
    }
  }

  decodeList(wire: WireValue): unknown[] {
    const values = wire.value as unknown[]
    if (wire.deep) restore(wire.deep, (replacement, kind) => this.#restore(replacement, kind))
    for (const [index, kind] of wire.marks ?? [])
      if (kind !== 'done') values[index] = this.#restore(values[index], kind)
    return values
  }

  /** One value, all of which is gone through at once. */
  encode(value: unknown, seen?: Set<unknown>, naming: Naming = unnamed): WireValue {
    if (isScalar(value)) return { value: [value] }
    if (kindOf(value, codecFor).is === 'replaced') return this.#list([value], NOTHING, naming, seen)
    const list = this.#list([value], NOTHING, naming)
    if (!(list instanceof WireList)) return list
    list.complete()
    const { value: values, deep } = list
    return deep ? { value: values, deep } : { value: values }
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

  decode(wire: WireValue): unknown {
    return this.decodeList(wire)[0]
  }

  /** @param changes Whose list of keys stands for the values, too: see WireLocals. */
  encodeLocals({ keys, values, deleted }: LocalChanges): WireLocals {
    const wire = this.#list(values, NOTHING, (index) => `Local.${keys[index]?.split('\n').at(-1)}`)
    const isFlat = !wire.marks && !(wire instanceof WireList)
    return { keys, values: wire, deleted, isFlat }
  }

  decodeLocals({ keys, values, deleted, isShared, after }: WireLocals): LocalChanges {
    const decoded = isShared
      ? (values.value as unknown[]).map(copyOfPlain)
      : this.decodeList(values)
    return { keys, values: decoded, deleted, after }
  }

  /** Loads what decoding the value needs and does not have at hand. */
  async prepare(wire: WireValue): Promise<void> {
    for (const type of typesIn(wire))
      if (!this.classes.find(type, 'known')) await this.classes.load(type)
  }

  /** Whether `prepare` has anything to do. */
  isReadyFor(wire: WireValue): boolean {
    return typesIn(wire).every((type) => this.classes.find(type, 'known'))
  }

  /** The call has ended, or what it would have lent was not sent. */
  release(): void {
    this.#lending?.release()
  }

  /** Nobody wants the value: what its handles lead to need not be held for it. */
  discard({ value, marks = [], deep = new Set() }: WireValue): void {
    const holders = [
      ...marks.map(([index, kind]) => [value as object, index, kind] as const),
      ...deep,
    ]
    for (const [holder, key, kind] of holders) {
      if (kind === 'handle')
        this.#registry.handles.tell?.(Reflect.get(holder, key) as WireHandle, 'release')
    }
  }

  #list(
    values: readonly unknown[],
    moved: readonly Transferable[],
    naming: Naming,
    seen?: Set<unknown>,
  ): WireValue {
    let marks: Array<readonly [number, Replaced]> | undefined
    let replaced: unknown[] | undefined
    let isBare = true
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index]
      if (isScalar(value)) continue
      if (!isPlain(value)) {
        const kind = kindOf(value, codecFor)
        if (kind.is === 'refused') throw stuck(naming(index), kind.why)
        if (kind.is === 'replaced') {
          marks ??= []
          marks.push([index, kind.by])
          replaced ??= [...values]
          replaced[index] = this.#replace(value, kind.by, moved, seen)
          continue
        }
      }
      isBare = false
    }
    const value = replaced ?? values
    if (isBare) return marks ? { value, marks } : { value }
    return new WireList(value, marks, (list) => this.#replaceBelow(list, marks, moved, naming))
  }

  #replaceBelow(
    values: readonly unknown[],
    marks: WireValue['marks'],
    moved: readonly Transferable[],
    nameOf: Naming,
  ): Replacement | undefined {
    // What has been replaced already is ready, and not looked at again.
    const done = new Set(marks?.map(([index]) => values[index]))
    try {
      return replaceBelow(values, {
        kindOf: (value) => (done.has(value) ? { is: 'leaf' } : kindOf(value, codecFor)),
        isMoved: (buffer) => (moved as readonly unknown[]).includes(buffer),
        replace: (value, by) => this.#replace(value, by, moved),
        nameOf,
      })
    } catch (error) {
      throw this.#named(error)
    }
  }

  #replace(
    value: unknown,
    by: Replaced,
    moved: readonly Transferable[],
    seen: Set<unknown> = new Set(),
  ): unknown {
    switch (by) {
      case 'error':
        return encodeError(value as Error, this, seen)
      case 'buffer':
        return withoutPool(value as Buffer, moved)
      case 'handle':
        return this.#lendingOf().give(value as object)
      case 'symbol':
        return nameOfSymbol(value as symbol)
      case 'instance':
        return this.#instance(value as object)
      default:
        return String(value)
    }
  }

  #restore(replacement: unknown, kind: Replaced): unknown {
    switch (kind) {
      case 'error':
        return decodeError(replacement as WireError, this)
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
      case 'instance': {
        const instance = replacement as WireInstance
        return codecAt(instance, this.#registry).codec.decode(this.decode(instance.value))
      }
      default:
        return replacement
    }
  }

  /** Few calls lend anything. */
  #lendingOf(): Lending {
    const { handles } = this.#registry
    this.#lending ??= new Lending(handles, this.#ref, this.#iterators, this.#holder)
    return this.#lending
  }

  #instance(value: object): WireInstance {
    const { Class, codec, module, format, ordinal } = codecFor(value) as NonNullable<
      ReturnType<typeof codecFor>
    >
    this.#isEncoding ??= new Set()
    if (this.#isEncoding.has(value))
      throw stuck('', `an instance of ${Class.name} is part of what its own codec makes of it`)
    this.#isEncoding.add(value)
    try {
      return { module, format, name: Class.name, ordinal, value: this.encode(codec.encode(value)) }
    } finally {
      this.#isEncoding.delete(value)
    }
  }

  #named(error: unknown): unknown {
    if (!(error instanceof TransferError) || !this.#ref || error.function !== undefined)
      return error
    const { path, cause, message } = error
    const fn = printRef(this.#ref)
    return new TransferError(`${message.replace(/\.$/, '')}, in a call of ${fn}.`, {
      function: fn,
      ...(path !== undefined && { path }),
      ...(cause !== undefined && { cause }),
    })
  }
}
