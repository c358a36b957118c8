/**
 * WHO, without a name: functions and iterators that crossed to another thread. They stay here and run here; the other side has a
 * handle, and calls by its number.
 *
 * What was given to a call is held until that call has ended, and all that it gave in its turn; what was a result, or is kept by
 * whoever got it, until he releases it, his thread ends, or the context does whose thread it lives on. A number is never used twice.
 */
import type { AsyncResource } from 'node:async_hooks'
import { ClosedError, ThreadExitedError } from '../errors.js'
import type { CallRequest, FunctionRef, ThreadAddress, WireHandle } from '../protocol.js'
import { isWithin } from '../thread-address.js'
import { printRef } from './function-ref.js'
import { callIterator, type IteratorStep } from './iterators.js'

type Held = WireHandle & {
  readonly value: object
  /** How many calls and holders it is held for. */
  count: number
  /** Those who hold it beyond a call, and how often. */
  readonly holders: Map<ThreadAddress, number>
  /** The context that had this thread when it was given away: it must not outlive that. */
  context: string | undefined
  /** The function that gave it: what it throws may be of a class of that function's module. */
  origin: FunctionRef | undefined
  /** What surrounded the code that gave it to a call, every `AsyncLocalStorage` of the user's. It runs in that again. */
  readonly around: AsyncResource | undefined
  /** Its context has ended: it is not called again, not even by a call that has arrived already. */
  isOver: boolean
}

/** Every `AsyncLocalStorage`, whoever's, as it was where something was given away. */
export type Around = AsyncResource

/** Who gives something away. */
export interface Giving {
  /** What surrounds the code that makes this call. */
  readonly around?: AsyncResource | undefined
  /** The function that gives it. */
  readonly origin?: FunctionRef | undefined
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
  onOver: (() => void) | undefined
  /** How many calls of it are under way. It is released only after all of them have been settled. */
  uses: number
  /** Whether its owner must be told when it is released. */
  mustTell: boolean
}

/** An iterator that its holder leaves unfinished. */
export interface Unfinished {
  /** The later it was opened, the higher. */
  readonly id: number
  readonly iterator: Iterator<unknown>
}

export class Handles {
  readonly #address: ThreadAddress
  /** What calls of this thread's functions name as their module. */
  readonly #module: string
  readonly #isLoop: boolean
  readonly #held = new Map<number, Held>()
  readonly #numbers = new WeakMap<object, number>()
  /** What stands here for what lives elsewhere. */
  readonly #foreign = new WeakMap<object, WireHandle>()
  /** Releases what was held for something here that nobody has any more. */
  readonly #collected = new FinalizationRegistry<Ours>((ours) => this.#end(ours))
  readonly #ours = new WeakMap<object, Ours>()
  /** What lives here and has come back. */
  readonly #home = new WeakSet<object>()
  #lastId = 0
  #iterators = 0
  /** Given by whoever can make calls. */
  present: Present | undefined
  /** Given by whoever can send: tells the owner that a handle of his is kept, or is needed no longer, or is to be closed. */
  tell:
    | ((handle: WireHandle, change: 'keep' | 'release' | 'close', holder?: ThreadAddress) => void)
    | undefined
  /** Given where this thread is leased: the context that has it now. */
  lessee: (() => string | undefined) | undefined
  /** Told how many are held, and how many of them are iterators, whenever that changes. */
  noteSize: ((size: number, iterators: number) => void) | undefined

  /** @param isLoop Whether what lives here runs on an event loop, or as sync code of a sync thread. */
  constructor(address: ThreadAddress = '0', isLoop = true) {
    this.#address = address
    this.#module = moduleOf(address)
    this.#isLoop = isLoop
  }

  /** How many are held: none but those that others may call. */
  get size(): number {
    return this.#held.size
  }

  /**
   * @param isAsync Whether it answers by a promise.
   * @param holder Who gets it for himself. Without one, it is held for a call, which must `release` it.
   */
  give(
    value: object,
    isAsync: boolean,
    holder?: ThreadAddress,
    { around, origin }: Giving = {},
  ): WireHandle {
    const foreign = this.#foreign.get(value)
    if (foreign) {
      // In the name of whoever gets it, who will release it: kept in our own name, it would be released a second time when we end.
      if (holder !== undefined && foreign.thread !== holder) this.tell?.(foreign, 'keep', holder)
      return foreign
    }
    const held = this.#find(value, around) ?? this.#hold(value, isAsync, around)
    this.#count(held, holder)
    // A function that was given to a call is over with that call.
    if (holder !== undefined || held.kind === 'iterator') held.context = this.lessee?.()
    held.origin ??= origin
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
      this.#home.add(held.value)
      return held.value
    }
    const stub = this.present?.(handle, iterators)
    if (!stub)
      throw new ClosedError(`${handle.name} can't be called from this thread`, {
        closed: 'function',
      })
    this.#foreign.set(stub, handle)
    if (isOurs) this.#own(stub, { handle, onOver, uses: 0, mustTell: true })
    return stub
  }

  /** A function of this thread is given to code that runs here, where it could have run elsewhere. */
  noteHome(value: object): void {
    this.#home.add(value)
  }

  /** Whether it lives here and was given to code that could have got it elsewhere. */
  isHome(value: object): boolean {
    return this.#home.has(value)
  }

  /** Holds what stands for something elsewhere longer than for the call that it came with. */
  holdOn(stub: object): void {
    const handle = this.#foreign.get(stub)
    if (!handle || this.#ours.has(stub)) return
    this.#own(stub, { handle, onOver: undefined, uses: 0, mustTell: true })
    this.tell?.(handle, 'keep')
  }

  /** @param listener Called when the stub is held no longer, also where it was collected: it must not lead to the stub itself. */
  whenOver(stub: object, listener: () => void): void {
    const ours = this.#ours.get(stub)
    if (!ours) return listener()
    const { onOver } = ours
    ours.onOver = () => {
      onOver?.()
      listener()
    }
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
    ours.mustTell = mustTell
    if (ours.uses === 0) this.#end(ours)
  }

  /**
   * A step of an iterator has failed here. Where it came with a call, its owner is told at once: when the call ends, its giver has it
   * back. Any other one is let go.
   */
  noteFailure(stub: object): void {
    const handle = this.#foreign.get(stub)
    if (handle && !this.#ours.has(stub)) this.tell?.(handle, 'close')
  }

  /**
   * A call of it is under way. The release must not overtake the call, which may wait in a queue that the release does not pass.
   * @returns a function to be called when the call has been settled, as long as which the stub is not collected; undefined where it
   * is not held for this thread.
   */
  use(stub: object): (() => void) | undefined {
    const ours = this.#ours.get(stub)
    if (!ours) return undefined
    ours.uses += 1
    return () => {
      ours.uses -= 1
      const isLetGo = this.#ours.get(stub) !== ours
      if (isLetGo && ours.uses === 0) this.#end(ours)
    }
  }

  #own(stub: object, ours: Ours): void {
    this.#ours.set(stub, ours)
    this.#collected.register(stub, ours, stub)
  }

  #end({ handle, onOver, mustTell }: Ours): void {
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

  /** @returns the iterator whose step has failed elsewhere. It is held as before: a step of somebody else's finds it at its end. */
  iteratorOf(id: number): Unfinished | undefined {
    const held = this.#held.get(id)
    return held && unfinished(held)
  }

  /**
   * Of a holder, or, without one, of the call that it was given to.
   * @returns the iterator that its holder leaves unfinished, if it is one; one that was given to a call its giver may go on with.
   */
  release(id: number, holder?: ThreadAddress): Unfinished | undefined {
    const held = this.#held.get(id)
    if (!held) return undefined
    if (holder !== undefined) {
      const times = held.holders.get(holder) ?? 0
      // Its hold has ended with its thread, or with another one in between.
      if (times === 0) return undefined
      if (times > 1) held.holders.set(holder, times - 1)
      else held.holders.delete(holder)
    }
    const isOver = this.#drop(held, 1)
    return isOver && holder !== undefined ? unfinished(held) : undefined
  }

  /** A thread has ended: it holds nothing any more. @returns the iterators that nobody will finish now. */
  releaseAllOf(thread: ThreadAddress): Unfinished[] {
    const orphans: Unfinished[] = []
    for (const held of [...this.#held.values()]) {
      for (const [holder, times] of held.holders) {
        if (!isWithin(holder, thread)) continue
        held.holders.delete(holder)
        const orphan = this.#drop(held, times) ? unfinished(held) : undefined
        if (orphan) orphans.push(orphan)
      }
    }
    return orphans
  }

  /** A context has ended. @returns the iterators that it leaves unfinished. */
  releaseContext(context: string): Unfinished[] {
    const orphans: Unfinished[] = []
    for (const held of [...this.#held.values()]) {
      if (held.context !== context) continue
      held.isOver = true
      this.#forget(held)
      const orphan = unfinished(held)
      if (orphan) orphans.push(orphan)
    }
    return orphans
  }

  /**
   * A call has arrived. From here on it has what it calls, so that a release which is read before its turn comes does not matter.
   * The number is replaced by what it stands for: `call` takes both.
   */
  bind({ ref, args }: CallRequest): void {
    if (ref.module !== this.#module) return
    const values = args.value as unknown[]
    const held = this.#held.get(values[0] as number)
    if (held) values[0] = new Bound(held)
  }

  /** The function that gave what an arrived call calls. */
  originOf({ args }: CallRequest): FunctionRef | undefined {
    const [called] = args.value as unknown[]
    return called instanceof Bound ? called.held.origin : undefined
  }

  /** What surrounded the code that gave it. @param called As `call` takes it. */
  aroundOf(called: unknown): AsyncResource | undefined {
    return called instanceof Bound ? called.held.around : this.#held.get(called as number)?.around
  }

  /** Calls a function that lives here, or does a step of an iterator. */
  readonly call = (ref: FunctionRef, called: unknown, args: readonly unknown[]): unknown => {
    // Numbers are unique within a thread only: on another one, the same number is somebody else's.
    if (ref.module !== this.#module) throw notHere(ref, this.#address)
    const held = called instanceof Bound ? called.held : this.#held.get(called as number)
    if (!held || held.isOver) throw released(printRef(ref))
    const iterator = iteratorIn(held)
    if (!iterator) return (held.value as (...args: unknown[]) => unknown)(...args)
    const [step, ...sent] = args
    return callIterator(iterator, step as IteratorStep, sent, () => this.#forget(held))
  }

  /** A function that two requests give is held twice, as it is to run in what surrounded each. An iterator goes on as it began. */
  #find(value: object, around: AsyncResource | undefined): Held | undefined {
    const id = this.#numbers.get(value)
    const held = id === undefined ? undefined : this.#held.get(id)
    return held?.kind === 'iterator' || held?.around === around ? held : undefined
  }

  #hold(value: object, isAsync: boolean, around: AsyncResource | undefined): Held {
    this.#lastId += 1
    const isFunction = typeof value === 'function'
    const held: Held = {
      thread: this.#address,
      id: this.#lastId,
      kind: isFunction ? 'function' : 'iterator',
      runs: isAsync || this.#isLoop ? 'async' : 'sync',
      name: isFunction ? nameOf(value) : 'iterator',
      length: isFunction ? lengthOf(value) : 0,
      value,
      count: 0,
      holders: new Map(),
      context: undefined,
      origin: undefined,
      around,
      isOver: false,
    }
    this.#held.set(held.id, held)
    this.#numbers.set(value, held.id)
    this.#sizeChanged(held, 1)
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
    if (!this.#held.delete(held.id)) return
    if (this.#numbers.get(held.value) === held.id) this.#numbers.delete(held.value)
    this.#sizeChanged(held, -1)
  }

  #sizeChanged({ kind }: Held, by: 1 | -1): void {
    if (kind === 'iterator') this.#iterators += by
    this.noteSize?.(this.#held.size, this.#iterators)
  }
}

function unfinished(held: Held): Unfinished | undefined {
  const iterator = iteratorIn(held)
  return iterator && { id: held.id, iterator }
}

function iteratorIn({ kind, value }: Held): Iterator<unknown> | undefined {
  return kind === 'iterator' ? (value as Iterator<unknown>) : undefined
}

/** In place of a number: what a call has that has arrived. Of a class, which nothing that crosses can be. */
class Bound {
  constructor(readonly held: Held) {}
}

/** What stands for a thread's own functions, as the module of their names. */
export function moduleOf(thread: ThreadAddress): string {
  return `thread:${thread}`
}

function notHere(ref: FunctionRef, here: ThreadAddress): ThreadExitedError {
  const label = printRef(ref)
  const thread = ref.module.slice(moduleOf('').length)
  return new ThreadExitedError(
    `${label} lives on the thread ${thread}, which is not there any more, and its call has come to the thread ${here}.`,
    { function: label, thread },
  )
}

function released(name: string): ClosedError {
  return new ClosedError(
    `${name} was released: a function that is given to a call can be called until that call ends, and one that was ` +
      'a result until its handle is collected or its context ends. keep(fn) holds one longer.',
    { closed: 'function', function: name },
  )
}

/** A user's function may have anything under that name, or be a proxy that throws when it is asked. */
function nameOf(fn: object): string {
  const name = propertyOf(fn, 'name')
  return typeof name === 'string' && name !== '' && name.length < 200 ? name : 'anonymous'
}

function lengthOf(fn: object): number {
  const length = propertyOf(fn, 'length')
  return typeof length === 'number' && length >= 0 ? length : 0
}

function propertyOf(fn: object, key: string): unknown {
  try {
    return Reflect.get(fn, key)
  } catch {
    return undefined
  }
}
