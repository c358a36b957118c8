/**
 * What surrounds the code that is running: the blocked frames above it, the loop that launched it, its context and its
 * `Local`s. One scope follows one chain of calls; this is the only place that knows `AsyncLocalStorage`.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import type { CallAbort } from '../cancellation/call-abort.js'
import type { CallName, FrameRef, ThreadAddress, WireStorage } from '../protocol.js'
import { Cell } from './cell.js'
import type { ContextRef } from './context-ref.js'

/**
 * `open`: nothing of ours is above. `context`: on a loop, inside a `ThreadSensitiveContext`. `async`: on a loop, async
 * code that a call started. `sync`: sync code that a call started. Only `open` and `sync` code may block its thread.
 */
export type ScopeMode = 'open' | 'context' | 'async' | 'sync'

export type { AsyncLocalStorage }

/** The call that this code runs in, made by another thread. */
export interface CurrentCall {
  readonly origin: CallName
  readonly abort: CallAbort
  /** The id under which listeners follow it. */
  readonly trace: string | undefined
}

export interface Scope {
  readonly mode: ScopeMode
  readonly chain: readonly FrameRef[]
  /** The loop that launched the running sync call. */
  readonly loop?: ThreadAddress | undefined
  /** The `ThreadSensitiveContext` around it. */
  readonly context?: ContextRef | undefined
  /** The `AsyncSingleThreadContext` around it, as its owner keeps it. */
  readonly singleLoop?: object | undefined
  readonly cell: Cell
  /** Stores of carried `AsyncLocalStorage`s that came with the call: they go on, also where nobody knows them. */
  readonly storages?: readonly WireStorage[] | undefined
  readonly call?: CurrentCall | undefined
}

/** A scope like another but for what is given. Not spread: a scope may be an object that finds its fields when it is asked for them. */
export function scopeLike(scope: Scope, changes: Partial<Scope>): Scope {
  const { mode, chain, loop, context, singleLoop, cell, storages, call } = scope
  return { mode, chain, loop, context, singleLoop, cell, storages, call, ...changes }
}

/**
 * Runs a function in no `AsyncLocalStorage` at all, whoever's: what a thread reads and performs for others must not see the
 * stores of the code that happened to run before.
 */
export function outside<A extends unknown[], T>(fn: (...args: A) => T, ...args: A): T {
  return nowhere.runInAsyncScope(fn, undefined, ...args)
}

/** Every `AsyncLocalStorage`, whoever's, as it is at one moment. */
export type Around = AsyncResource

/** What surrounds us now, to run something in later. */
export function aroundNow(): Around {
  return new AsyncResource('syncbridge')
}

/** What a snapshot is inside: asked itself, it needs two functions and two lists less for each call. */
const nowhere = new AsyncResource('syncbridge')

/**
 * Whether a store that is entered outside is gone when that ends. It is where Node keeps the stores of an execution in a value of
 * their own (from Node 24 on); where it keeps them on the resource that runs, it stays there for all who come after.
 */
function forgetsOutside(): boolean {
  const probe = new AsyncLocalStorage<true>()
  outside(() => probe.enterWith(true))
  const forgets = outside(() => probe.getStore() === undefined)
  probe.disable()
  return forgets
}

export class Scopes {
  readonly #storage = new AsyncLocalStorage<Scope>()
  readonly #forgetsOutside = forgetsOutside()

  current(): Scope | undefined {
    return this.#storage.getStore()
  }

  /**
   * The current scope; one is opened for the rest of this execution where there is none, so that what a call changes is
   * there to be seen after it. A cell for the whole process instead would be shared by concurrent requests.
   */
  ensure(): Scope {
    const current = this.#storage.getStore()
    if (current) return current
    const scope: Scope = { mode: 'open', chain: [], cell: new Cell() }
    this.#storage.enterWith(scope)
    return scope
  }

  run<T>(scope: Scope, fn: () => T): T {
    return this.#storage.run(scope, fn)
  }

  /** The same with arguments, and without a function made for it. */
  runWith<A extends never[], T>(scope: Scope, fn: (...args: A) => T, args: unknown[]): T {
    return this.#storage.run(scope, fn, ...(args as A))
  }

  /** The same for code that is in no `AsyncLocalStorage`, whoever's. `run` makes what surrounds it anew to go back to it: half of its cost. */
  runOutside<A extends never[], T>(scope: Scope, fn: (...args: A) => T, args: unknown[]): T {
    return this.#forgetsOutside
      ? this.runIn(nowhere, scope, fn, args)
      : this.runWith(scope, fn, args)
  }

  /** The same in what surrounded some code before. */
  runIn<A extends never[], T>(
    around: Around,
    scope: Scope,
    fn: (...args: A) => T,
    args: unknown[],
  ): T {
    return this.#forgetsOutside
      ? (around.runInAsyncScope(this.#enterAndRun, undefined, scope, fn, args) as T)
      : around.runInAsyncScope(() => this.runWith(scope, fn, args))
  }

  readonly #enterAndRun = (scope: Scope, fn: (...args: unknown[]) => unknown, args: unknown[]) => {
    this.#storage.enterWith(scope)
    return fn(...args)
  }

  /**
   * From now on, for the rest of this execution: only right after an `await`, where nobody but the caller's own code comes after, and
   * nothing need be put back. `run` makes what was around anew to go back to it, which costs as much as to go in.
   */
  enter(scope: Scope): void {
    this.#storage.enterWith(scope)
  }

  /** The same function, always run in what surrounds us now, the storages of others included. */
  bind<T>(fn: () => T): () => T {
    return AsyncLocalStorage.bind(fn)
  }

  /** Outside every scope: for loading a module, whose top level belongs to no call. */
  exit<T>(fn: () => T): T {
    return this.#storage.exit(fn)
  }
}
