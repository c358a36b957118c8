/** Does a call that arrived here: decodes, enters its scope, runs, and encodes what came of it. Sends nothing. */
import type { Transferable } from 'node:worker_threads'
import { CallAbort } from '../cancellation/call-abort.js'
import { explainCloneFailure, NO_CHANGES, surroundings } from '../codec/clone-failure.js'
import { Codec } from '../codec/codec.js'
import type { Carriers, Entered } from '../context/carriers.js'
import { Cell } from '../context/cell.js'
import type { Scope, Scopes } from '../context/scope.js'
import type { CallMessage, CallName, Outcome, ThreadAddress, WireChanges } from '../protocol.js'
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
  /** As its maker knows it. */
  readonly origin: CallName
  readonly #codec: Codec
  readonly #cell = new Cell()
  readonly #startedAt = performance.now()
  #storages: Entered | undefined

  constructor(
    readonly message: CallMessage,
    { registry }: Performer,
  ) {
    this.from = message.from
    this.id = message.id
    this.origin = message.request.origin ?? { from: message.from, id: message.id }
    this.#codec = new Codec(registry, message.request.ref)
  }

  /**
   * Runs a synchronous function to its end.
   * @param critical The `threadCritical` values to share, on a frame.
   */
  performSync(fn: AnyFunction, here: Performer, critical?: Map<string, unknown>): Performed {
    try {
      if (critical) this.#cell.critical = critical
      const args = this.#codec.decodeList(this.message.request.args)
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
      const args = this.#codec.decodeList(this.message.request.args)
      return this.#succeeded(await this.#enter(here, () => fn(...(args as never[]))))
    } catch (error) {
      return this.failed(error)
    }
  }

  failed(error: unknown): Performed {
    return {
      outcome: {
        ok: false,
        error: this.#codec.encode(error),
        changes: this.#changes(),
        ran: this.#ran(),
      },
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
    const changes = NO_CHANGES
    return {
      outcome: { ok: false, error: this.#codec.encode(error), changes, ran: this.#ran() },
      transfer: [],
    }
  }

  /** Only now: the function's module has been loaded, and with it the classes and storages that decoding needs. */
  #enter<T>(here: Performer, fn: () => T): T {
    const { mode, scope } = this.message.request
    this.#cell.begin(this.#codec.decodeLocals(scope.locals).set)
    const storages = here.carriers.enter(scope.storages)
    this.#storages = storages
    const entered: Scope = {
      mode,
      chain: scope.chain,
      // Async code runs on a loop, and what it calls comes back to that loop.
      loop: mode === 'sync' ? scope.loop : here.address,
      context: scope.context,
      cell: this.#cell,
      storages: scope.storages,
      call: this,
    }
    return here.scopes.run(entered, () => storages.run(fn))
  }

  #changes(): WireChanges {
    return {
      locals: this.#codec.encodeLocals(this.#cell.delta()),
      storages: this.#storages?.changes() ?? [],
    }
  }

  #succeeded(value: unknown): Performed {
    const { wire, transfer } = this.#codec.encodeList([value])
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
