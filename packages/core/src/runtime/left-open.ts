/**
 * Iterators of this thread that nobody will finish. They are closed, so that their `finally` frees what they hold: a transaction, a cursor.
 * On a leased thread that code needs what its context has opened there, so it runs before the context's exit functions.
 */
import { Cell } from '../context/cell.js'
import type { LeasedContexts } from '../context/context-ref.js'
import type { Scope, Scopes } from '../context/scope.js'
import { setImmediate } from '../own-timers.js'
import { printThrown } from '../print-thrown.js'
import type { Unfinished } from '../registry/handles.js'
import { isThenable } from '../registry/thenable.js'
import type { ExitHook } from './exit-hooks.js'

export class LeftOpen {
  readonly #scopes: Scopes
  readonly #leased: LeasedContexts | undefined
  /** To be closed, by the number of their handle, which tells in which order they were opened. */
  readonly #due = new Map<number, Unfinished>()
  /** The end of those that are being closed. */
  readonly #closing = new Set<Promise<void>>()

  constructor(scopes: Scopes, leased: LeasedContexts | undefined) {
    this.#scopes = scopes
    this.#leased = leased
  }

  /** Not now: the message that gives them up is read also while code of others is blocked here. */
  closeLater(left: readonly Unfinished[]): void {
    for (const one of left) this.#due.set(one.id, one)
    setImmediate(() => {
      for (const { id } of left) this.#close(id)
    })
  }

  /**
   * The context that has this thread has ended.
   * @param left What it leaves unfinished.
   * @returns functions that close all of it, in the order of opening, then those that wait for what is being closed.
   */
  takeAll(left: readonly Unfinished[]): ExitHook[] {
    const all = new Map(this.#due)
    for (const one of left) all.set(one.id, one)
    this.#due.clear()
    const scope = this.#scope()
    return [
      ...[...all.values()]
        .sort((one, other) => one.id - other.id)
        .map((one) => () => this.#return(one, scope)),
      ...[...this.#closing].map((closing) => () => closing),
    ]
  }

  #close(id: number): void {
    const one = this.#due.get(id)
    // The end of its context came first.
    if (!one) return
    this.#due.delete(id)
    try {
      const closed = this.#return(one, this.#scope())
      if (isThenable(closed)) this.#wait(closed)
    } catch (error) {
      warn(error)
    }
  }

  #return({ iterator }: Unfinished, scope: Scope): unknown {
    return this.#scopes.run(scope, () => iterator.return?.())
  }

  #wait(closed: PromiseLike<unknown>): void {
    const closing = Promise.resolve(closed)
      .then(() => undefined, warn)
      .finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }

  /** In it, code finds the `threadCritical` values of the context that has this thread. */
  #scope(): Scope {
    return { mode: 'open', chain: [], context: this.#leased?.lessee, cell: new Cell() }
  }
}

/** Nobody waits for it any more, and it is no reason to end the thread. */
function warn(error: unknown): void {
  process.emitWarning(
    `An iterator that nobody will finish threw when it was closed: ${printThrown(error)}`,
    { code: 'SYNCBRIDGE_ITERATOR' },
  )
}
