/** Does a call that arrived here: decodes, enters its scope, runs, and encodes what came of it. Sends nothing. */
import type { Transferable } from 'node:worker_threads'
import { CallAbort } from '../cancellation/call-abort.js'
import {
  decodeList,
  encodeList,
  encodeOne,
  errorClassFinder,
  explainCloneFailure,
  surroundings,
} from '../codec/codec.js'
import type { Carriers, Entered } from '../context/carriers.js'
import { Cell } from '../context/cell.js'
import type { Scope, Scopes } from '../context/scope.js'
import type { CallMessage, Outcome, ThreadAddress, WireChanges } from '../protocol.js'
import { printRef } from '../registry/function-ref.js'
import type { AnyFunction, Registry } from '../registry/registry.js'

/** What performing needs of this thread. */
export interface Performer {
  readonly address: ThreadAddress
  readonly registry: Registry
  readonly scopes: Scopes
  readonly carriers: Carriers
}

export interface Performed {
  readonly outcome: Outcome
  readonly transfer: readonly Transferable[]
}

/** A call that is being run here. */
export class RunningCall {
  readonly abort = new CallAbort()
  readonly from: ThreadAddress
  readonly id: number
  readonly scope: Scope
  readonly #startedAt = performance.now()
  #storages: Entered | undefined

  constructor(
    readonly message: CallMessage,
    here: Performer,
  ) {
    const { mode, scope } = message.request
    this.from = message.from
    this.id = message.id
    this.scope = {
      mode,
      chain: scope.chain,
      // Async code runs on a loop, and what it calls comes back to that loop.
      loop: mode === 'sync' ? scope.loop : here.address,
      context: scope.context,
      cell: new Cell(scope.locals.set),
      storages: scope.storages,
      call: this,
    }
  }

  /** Runs a synchronous function to its end. */
  performSync(fn: AnyFunction, here: Performer): Performed {
    try {
      const args = this.#args(here)
      const value = this.#enter(here, () => fn(...(args as never[])))
      if (isThenable(value)) throw this.#returnedPromise(value)
      return this.#succeeded(value)
    } catch (error) {
      return this.failed(error)
    }
  }

  /** Runs an asynchronous function until its promise settles. */
  async performAsync(fn: AnyFunction, here: Performer): Promise<Performed> {
    try {
      const args = this.#args(here)
      return this.#succeeded(await this.#enter(here, () => fn(...(args as never[]))))
    } catch (error) {
      return this.failed(error)
    }
  }

  failed(error: unknown): Performed {
    return {
      outcome: { ok: false, error: encodeOne(error), changes: this.#changes(), ran: this.#ran() },
      transfer: [],
    }
  }

  /** The same outcome after it turned out not to be cloneable: this call alone fails, and says where. */
  unsendable({ outcome }: Performed, cause: unknown): Performed {
    const results = outcome.ok === true ? (outcome.value.value as unknown[]) : []
    const suspects = [
      ['result', results[0]],
      ...surroundings(this.#changes().locals, this.#changes().storages),
    ] as const
    const error = explainCloneFailure(suspects, cause, printRef(this.message.request.ref))
    const changes = { locals: { set: [], deleted: [] }, storages: [] }
    return {
      outcome: { ok: false, error: encodeOne(error), changes, ran: this.#ran() },
      transfer: [],
    }
  }

  #enter<T>(here: Performer, fn: () => T): T {
    // Only now: the function's module has been loaded, and with it what it carries.
    this.#storages = here.carriers.enter(this.message.request.scope.storages)
    return here.scopes.run(this.scope, () => this.#storages?.run(fn) as T)
  }

  #changes(): WireChanges {
    return { locals: this.scope.cell.delta(), storages: this.#storages?.changes() ?? [] }
  }

  #args(here: Performer): unknown[] {
    return decodeList(this.message.request.args, errorClassFinder(here.registry))
  }

  #succeeded(value: unknown): Performed {
    const { wire, transfer } = encodeList([value])
    return {
      outcome: { ok: true, value: wire, changes: this.#changes(), ran: this.#ran() },
      transfer,
    }
  }

  #ran(): number {
    return performance.now() - this.#startedAt
  }

  #returnedPromise(promise: PromiseLike<unknown>): TypeError {
    // Nobody will await it: its rejection must not end the thread.
    promise.then(undefined, () => undefined)
    return new TypeError(
      `${printRef(this.message.request.ref)} returned a promise, but was given to syncToAsync as a synchronous function. ` +
        'Await the async function directly; inside synchronous code, call it through asyncToSync.',
    )
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  )
}
