/** Does a call that arrived here: decodes, enters its scope, runs, and encodes what came of it. Sends nothing. */
import type { Transferable } from 'node:worker_threads'
import { CallAbort } from '../cancellation/call-abort.js'
import {
  decodeList,
  encodeList,
  encodeOne,
  errorClassFinder,
  explainCloneFailure,
} from '../codec/codec.js'
import { Cell } from '../context/cell.js'
import type { Scope, Scopes } from '../context/scope.js'
import type { CallMessage, Outcome, ThreadAddress } from '../protocol.js'
import { printRef } from '../registry/function-ref.js'
import type { AnyFunction, Registry } from '../registry/registry.js'

/** What performing needs of this thread. */
export interface Performer {
  readonly address: ThreadAddress
  readonly registry: Registry
  readonly scopes: Scopes
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
      call: this,
    }
  }

  /** Runs a synchronous function to its end. */
  performSync(fn: AnyFunction, here: Performer): Performed {
    try {
      const args = this.#args(here)
      const value = here.scopes.run(this.scope, () => fn(...(args as never[])))
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
      return this.#succeeded(await here.scopes.run(this.scope, () => fn(...(args as never[]))))
    } catch (error) {
      return this.failed(error)
    }
  }

  failed(error: unknown): Performed {
    return {
      outcome: {
        ok: false,
        error: encodeOne(error),
        locals: this.scope.cell.delta(),
        ran: this.#ran(),
      },
      transfer: [],
    }
  }

  /** The same outcome after it turned out not to be cloneable: this call alone fails, and says where. */
  unsendable({ outcome }: Performed, cause: unknown): Performed {
    const fn = printRef(this.message.request.ref)
    const results = outcome.ok === true ? (outcome.value.value as unknown[]) : []
    const locals = Object.fromEntries(
      this.scope.cell.delta().set.map(([key, value]) => [key.split('\n').at(-1), value]),
    )
    const error = explainCloneFailure(
      [
        ['result', results[0]],
        ['Local', locals],
      ],
      cause,
      fn,
    )
    return {
      outcome: {
        ok: false,
        error: encodeOne(error),
        locals: { set: [], deleted: [] },
        ran: this.#ran(),
      },
      transfer: [],
    }
  }

  #args(here: Performer): unknown[] {
    return decodeList(this.message.request.args, errorClassFinder(here.registry))
  }

  #succeeded(value: unknown): Performed {
    const { wire, transfer } = encodeList([value])
    return {
      outcome: { ok: true, value: wire, locals: this.scope.cell.delta(), ran: this.#ran() },
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
