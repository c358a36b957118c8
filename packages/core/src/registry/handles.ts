/**
 * WHO, without a name: functions and iterators that crossed to another thread. They stay here and run here; the other side has a
 * handle, and calls by its number.
 *
 * What was given to a call is held until that call has ended, and all that it gave in its turn; what was a result, or is kept by
 * whoever got it, until he releases it, his thread ends, or the context that it was made in does. A number is never used twice.
 */
import { ClosedError } from '../errors.js'
import type { FunctionRef, ThreadAddress, WireHandle } from '../protocol.js'
import { isWithin } from '../thread-address.js'
import { printRef } from './function-ref.js'
import { callIterator, type IteratorStep, isIterator } from './iterators.js'

type Held = WireHandle & {
  readonly value: object
  /** How many calls and holders it is held for. */
  count: number
  /** Those who hold it beyond a call, and how often. */
  readonly holders: Map<ThreadAddress, number>
  context: string | undefined
}

/** How an iterator appears: with items that are awaited, or waited for. */
export type IteratorKind = 'async' | 'sync'

/** On which terms something is taken that lives elsewhere. */
export interface Taking {
  readonly iterators: IteratorKind
  /** Whether it is held for this thread, which must release it; else for the call that it came with. */
  readonly isOurs: boolean
  /** Called when it is held no longer. */
  readonly onOver?: (() => void) | undefined
}

/** Makes what stands for a handle on this side. */
export type Present = (handle: WireHandle, iterators: IteratorKind) => object

/** What is held for this thread, and what is to be done when it is held no longer. */
interface Ours {
  readonly handle: WireHandle
  readonly onOver: (() => void) | undefined
}

/** For whom a value leaves this thread: for a call, or for a holder of his own. */
export interface Holder {
  readonly thread: ThreadAddress
  /** The context that it must not outlive. */
  readonly context: string | undefined
}

export class Handles {
  readonly #address: ThreadAddress
  readonly #isLoop: boolean
  readonly #held = new Map<number, Held>()
  readonly #numbers = new WeakMap<object, number>()
  /** What stands here for what lives elsewhere. */
  readonly #foreign = new WeakMap<object, WireHandle>()
  /** Releases what was held for something here that nobody has any more. */
  readonly #collected = new FinalizationRegistry<Ours>((ours) => this.#end(ours, true))
  readonly #ours = new WeakMap<object, Ours>()
  #lastId = 0
  /** Given by whoever can make calls. */
  present: Present | undefined
  /** Given by whoever can send: tells the owner that a handle of his is kept, or is needed no longer. */
  tell: ((handle: WireHandle, change: 'keep' | 'release') => void) | undefined

  /** @param isLoop Whether what lives here runs on an event loop, or as sync code of a sync thread. */
  constructor(address: ThreadAddress = '0', isLoop = true) {
    this.#address = address
    this.#isLoop = isLoop
  }

  /** How many are held: none but those that others may call. */
  get size(): number {
    return this.#held.size
  }

  /**
   * @param isAsync Whether it answers by a promise.
   * @param holder Without one, it is held for a call, which must `release` it.
   */
  give(value: object, isAsync: boolean, holder?: Holder): WireHandle {
    const foreign = this.#foreign.get(value)
    if (foreign) {
      if (holder && foreign.thread !== holder.thread) this.tell?.(foreign, 'keep')
      return foreign
    }
    const held = this.#find(value) ?? this.#hold(value, isAsync)
    this.#count(held, holder?.thread)
    if (holder) held.context = holder.context
    const { thread, id, kind, runs, name, length } = held
    return { thread, id, kind, runs, name, length }
  }

  /** Whether it leads to this thread. */
  isOwn({ thread }: WireHandle): boolean {
    return thread === this.#address
  }

  /**
   * The value itself where it lives here, and what stands for it where it lives elsewhere.
   * @throws ClosedError (SYNCBRIDGE_CLOSED) where it came home too late.
   */
  take(handle: WireHandle, { iterators, isOurs, onOver }: Taking): unknown {
    if (this.isOwn(handle)) {
      const held = this.#held.get(handle.id)
      if (!held) throw released(handle.name)
      return held.value
    }
    const stub = this.present?.(handle, iterators)
    if (!stub) throw new ClosedError(`${handle.name} can't be called from this thread`)
    this.#foreign.set(stub, handle)
    if (isOurs) this.#own(stub, { handle, onOver })
    return stub
  }

  /** Holds what stands for something elsewhere longer than for the call that it came with. */
  holdOn(stub: object): void {
    const handle = this.#foreign.get(stub)
    if (!handle || this.#ours.has(stub)) return
    this.#own(stub, { handle, onOver: undefined })
    this.tell?.(handle, 'keep')
  }

  /**
   * It is not needed any more.
   * @param mustTell False where the other side knows.
   */
  letGo(stub: object, mustTell = true): void {
    const ours = this.#ours.get(stub)
    if (!ours) return
    this.#ours.delete(stub)
    this.#collected.unregister(stub)
    this.#end(ours, mustTell)
  }

  #own(stub: object, ours: Ours): void {
    this.#ours.set(stub, ours)
    this.#collected.register(stub, ours, stub)
  }

  #end({ handle, onOver }: Ours, mustTell: boolean): void {
    if (mustTell) this.tell?.(handle, 'release')
    onOver?.()
  }

  /** What a value stands for, where that lives elsewhere. */
  handleOf(value: unknown): WireHandle | undefined {
    return typeof value === 'function' || (typeof value === 'object' && value !== null)
      ? this.#foreign.get(value)
      : undefined
  }

  /** Somebody keeps it, beyond the call that he got it with. */
  keep(id: number, holder: ThreadAddress): void {
    const held = this.#held.get(id)
    if (held) this.#count(held, holder)
  }

  /**
   * Of a holder, or, without one, of the call that it was given to.
   * @returns the iterator that its holder leaves unfinished, if it is one; one that was given to a call its giver may go on with.
   */
  release(id: number, holder?: ThreadAddress): Iterator<unknown> | undefined {
    const held = this.#held.get(id)
    if (!held) return undefined
    if (holder !== undefined) {
      const times = held.holders.get(holder) ?? 0
      if (times > 1) held.holders.set(holder, times - 1)
      else held.holders.delete(holder)
    }
    const isOver = this.#drop(held, 1)
    return isOver && holder !== undefined && isIterator(held.value) ? held.value : undefined
  }

  /** A thread has ended: it holds nothing any more. @returns the iterators that nobody will finish now. */
  releaseAllOf(thread: ThreadAddress): Array<Iterator<unknown>> {
    const orphans: Array<Iterator<unknown>> = []
    for (const held of [...this.#held.values()]) {
      for (const [holder, times] of held.holders) {
        if (!isWithin(holder, thread)) continue
        held.holders.delete(holder)
        if (this.#drop(held, times) && isIterator(held.value)) orphans.push(held.value)
      }
    }
    return orphans
  }

  /** A context has ended. @returns the iterators that it leaves unfinished. */
  releaseContext(context: string): Array<Iterator<unknown>> {
    const orphans: Array<Iterator<unknown>> = []
    for (const held of [...this.#held.values()]) {
      if (held.context !== context) continue
      this.#forget(held)
      if (isIterator(held.value)) orphans.push(held.value)
    }
    return orphans
  }

  /** Calls a function that lives here, or does a step of an iterator. */
  readonly call = (ref: FunctionRef, id: number, args: readonly unknown[]): unknown => {
    const held = this.#held.get(id)
    if (!held) throw released(printRef(ref))
    if (!isIterator(held.value)) return (held.value as (...args: unknown[]) => unknown)(...args)
    const [step, ...sent] = args
    return callIterator(held.value, step as IteratorStep, sent, () => this.#forget(held))
  }

  #find(value: object): Held | undefined {
    const id = this.#numbers.get(value)
    return id === undefined ? undefined : this.#held.get(id)
  }

  #hold(value: object, isAsync: boolean): Held {
    this.#lastId += 1
    const isFunction = typeof value === 'function'
    const held: Held = {
      thread: this.#address,
      id: this.#lastId,
      kind: isFunction ? 'function' : 'iterator',
      runs: isAsync || this.#isLoop ? 'async' : 'sync',
      name: isFunction ? nameOf(value) : 'iterator',
      length: isFunction ? value.length : 0,
      value,
      count: 0,
      holders: new Map(),
      context: undefined,
    }
    this.#held.set(held.id, held)
    this.#numbers.set(value, held.id)
    return held
  }

  #count(held: Held, holder: ThreadAddress | undefined): void {
    held.count += 1
    if (holder !== undefined) held.holders.set(holder, (held.holders.get(holder) ?? 0) + 1)
  }

  #drop(held: Held, times: number): boolean {
    held.count -= times
    if (held.count > 0) return false
    this.#forget(held)
    return true
  }

  #forget(held: Held): void {
    this.#held.delete(held.id)
    this.#numbers.delete(held.value)
  }
}

function released(name: string): ClosedError {
  return new ClosedError(
    `${name} was released: a function that is given to a call can be called until that call ends, and one that was ` +
      'a result until its handle is collected or its context ends. keep(fn) holds one longer.',
    { function: name },
  )
}

/** A user's function may have anything under that name. */
function nameOf(fn: object): string {
  const name: unknown = Reflect.get(fn, 'name')
  return typeof name === 'string' && name !== '' && name.length < 200 ? name : 'anonymous'
}
