/** Does a call that arrived here: decodes, enters its scope, runs, and encodes what came of it. Sends nothing. */
import type { Transferable } from 'node:worker_threads'
import { CallAbort } from '../cancellation/call-abort.js'
import { explainCloneFailure, NO_CHANGES, surroundings } from '../codec/clone-failure.js'
import { asResult, Codec } from '../codec/codec.js'
import { isScalar } from '../codec/kind-of.js'
import { WireList } from '../codec/wire-list.js'
import type { Carriers, Entered } from '../context/carriers.js'
import { Cell } from '../context/cell.js'
import type { ContextRef } from '../context/context-ref.js'
import type { Scope, Scopes } from '../context/scope.js'
import { DeadlockError } from '../errors.js'
import type {
  CallMessage,
  CallName,
  CallRequest,
  FrameRef,
  Outcome,
  ThreadAddress,
  WireChanges,
  WireStorage,
  WireValue,
} from '../protocol.js'
import { printRef } from '../registry/function-ref.js'
import { Step } from '../registry/iterators.js'
import type { AnyFunction, Registry } from '../registry/registry.js'
import { isThenable } from '../registry/thenable.js'
import { explainMissingThis } from './missing-this.js'

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

const NOTHING: readonly Transferable[] = []

/** A call that is being run here. It is the scope that its function runs in. */
export class RunningCall implements Scope {
  readonly from: ThreadAddress
  readonly id: number
  readonly mode: CallRequest['mode']
  readonly chain: readonly FrameRef[]
  readonly loop: ThreadAddress
  readonly context: ContextRef | undefined
  readonly storages: readonly WireStorage[]
  /** Where it stands among the asynchronous ones (`running-calls.ts`). */
  place = 0
  readonly #here: Performer
  readonly #startedAt: number
  #cell: Cell | undefined = undefined
  #codec: Codec | undefined = undefined
  #abort: CallAbort | undefined = undefined
  #entered: Entered | undefined = undefined

  constructor(
    readonly message: CallMessage,
    here: Performer,
  ) {
    const { mode, scope, timed } = message.request
    this.from = message.from
    this.id = message.id
    this.mode = mode
    this.chain = scope.chain
    // Async code runs on a loop, and what it calls comes back to that loop.
    this.loop = mode === 'sync' ? scope.loop : here.address
    this.context = scope.context === undefined ? undefined : { id: scope.context }
    this.storages = scope.storages
    this.#here = here
    this.#startedAt = timed ? performance.now() : 0
  }

  /** As its maker knows it. */
  get origin(): CallName {
    return this.message.request.origin ?? { from: this.from, id: this.id }
  }

  get trace(): string | undefined {
    return this.message.request.trace
  }

  get call(): this {
    return this
  }

  /** Few calls have `Local`s, and few functions make calls of their own. */
  get cell(): Cell {
    this.#cell ??= new Cell()
    return this.#cell
  }

  /** Few calls are given up, and few functions ask. */
  get abort(): CallAbort {
    this.#abort ??= new CallAbort()
    return this.#abort
  }

  /**
   * Runs a synchronous function to its end.
   * @param critical The `threadCritical` values to share, on a frame.
   */
  performSync(fn: AnyFunction, critical?: Map<string, unknown>): Performed {
    try {
      if (critical) this.cell.critical = critical
      const value = this.#enter(fn, critical !== undefined)
      if (isThenable(value)) throw this.#returnedPromise(value)
      return this.#succeeded(value)
    } catch (error) {
      return this.failed(this.#explained(error, fn))
    }
  }

  /** Starts an asynchronous function, and answers when its promise has settled. */
  performAsync(fn: AnyFunction, answer: (performed: Performed) => void): void {
    let promise: unknown
    try {
      promise = this.#enter(fn, false)
    } catch (error) {
      return answer(this.failed(this.#explained(error, fn)))
    }
    // Not by an async function: each await of ours is a microtask more on every call.
    Promise.resolve(promise).then(
      (value) => answer(this.#succeededOrNot(value)),
      (error: unknown) => answer(this.failed(this.#explained(error, fn))),
    )
  }

  #explained(error: unknown, fn: AnyFunction): unknown {
    return explainMissingThis(error, fn, () => printRef(this.message.request.ref))
  }

  failed(error: unknown): Performed {
    const ran = this.#ran()
    try {
      const wire = this.#codecOf().encodeThrown(error)
      return {
        outcome: this.#placed({ ok: false, error: wire, changes: this.#changes(), ran }),
        transfer: NOTHING,
      }
    } catch (obstacle) {
      // What was thrown, or what it leaves of its surroundings, can't cross: that is what its caller is told instead.
      const wire = this.#codecOf().encode(obstacle)
      return {
        outcome: this.#placed({ ok: false, error: wire, changes: NO_CHANGES, ran }),
        transfer: NOTHING,
      }
    }
  }

  /** The same outcome after it turned out not to be cloneable: this call alone fails, and says where. */
  unsendable({ outcome }: Performed, cause: unknown): Performed {
    const results = outcome.ok === true ? (outcome.value.value as unknown[]) : []
    const changes = this.#changes()
    const suspects = [
      ['result', results[0]],
      ...surroundings(changes.locals, changes.storages),
    ] as const
    this.#codec?.release()
    const error = explainCloneFailure(suspects, cause, printRef(this.message.request.ref))
    return {
      outcome: this.#placed({
        ok: false,
        error: this.#codecOf().encode(error),
        changes: NO_CHANGES,
        ran: this.#ran(),
      }),
      transfer: NOTHING,
    }
  }

  /** Only now: the function's module has been loaded, and with it the classes and storages that decoding needs. */
  #enter(fn: AnyFunction, isOnFrame: boolean): unknown {
    const { args, scope } = this.message.request
    const values =
      args.marks || args.deep ? this.#codecOf().decodeList(args) : (args.value as unknown[])
    if (scope.locals.keys.length > 0) {
      // Decoded only where somebody looks: most code leaves most values alone.
      const { keys, values, deleted, isFlat, isShared } = scope.locals
      if (isFlat) this.cell.sent = scope.locals
      this.cell.beginLater(
        () => this.#codecOf().decodeLocals(scope.locals),
        isShared ? { keys, values: values.value as unknown[], deleted } : undefined,
      )
    }
    const { scopes, carriers } = this.#here
    if (scope.storages.length === 0)
      return isOnFrame ? scopes.runWith(this, fn, values) : scopes.runOutside(this, fn, values)
    const entered = carriers.enter(scope.storages)
    this.#entered = entered
    return scopes.run(this, () => entered.run(() => fn(...(values as never[]))))
  }

  #changes(): WireChanges {
    const changed = this.#cell?.isChanged ? this.#cell : undefined
    if (!changed && !this.#entered) return NO_CHANGES
    return {
      locals: changed ? this.#codecOf().encodeLocals(changed.delta()) : NO_CHANGES.locals,
      storages: this.#entered?.changes() ?? NO_CHANGES.storages,
    }
  }

  #succeededOrNot(value: unknown): Performed {
    try {
      return this.#succeeded(value)
    } catch (error) {
      return this.failed(error)
    }
  }

  #succeeded(value: unknown): Performed {
    const ran = this.#ran()
    const changes = this.#changes()
    // What no codec would touch.
    if (isScalar(value))
      return {
        outcome: this.#placed({ ok: true, value: { value: [value] }, changes, ran }),
        transfer: NOTHING,
      }
    const isStep = value instanceof Step
    const { wire, transfer } = this.#codecOf().encodeList(
      [isStep ? value.value : value],
      NOTHING,
      asResult,
    )
    const given = isStep && value.done ? ended(wire) : wire
    return { outcome: this.#placed({ ok: true, value: given, changes, ran }), transfer }
  }

  #codecOf(): Codec {
    this.#codec ??= new Codec(this.#here.registry, this.message.request.ref, this.mode, {
      thread: this.origin.from,
      context: this.context?.id,
    })
    return this.#codec
  }

  /** Listeners want to know where it ran. */
  #placed(outcome: Exclude<Outcome, { ok: 'refused' }>): Outcome {
    return this.trace === undefined ? outcome : { ...outcome, thread: this.#here.address }
  }

  #ran(): number | undefined {
    return this.#startedAt === 0 ? undefined : performance.now() - this.#startedAt
  }

  #needsItsLoop(): DeadlockError {
    const label = printRef(this.message.request.ref)
    return new DeadlockError(
      `${label} is async, and the thread that it lives on is blocked until this very chain of calls ends, so it could never ` +
        'go on. Give a synchronous function instead, or do this on the loop before or after the blocking call.',
      { function: label, thread: this.#here.address },
    )
  }

  #returnedPromise(promise: PromiseLike<unknown>): Error {
    // Nobody will await it: its rejection must not end the thread.
    promise.then(undefined, () => undefined)
    if (this.message.request.ref.kind === 'handle') return this.#needsItsLoop()
    return new TypeError(
      `${printRef(this.message.request.ref)} returned a promise, but was given to syncToAsync as a synchronous function. ` +
        'Await the async function directly; inside synchronous code, call it through asyncToSync.',
    )
  }
}

/** A list that says that it was the last: it must keep what it is, as it may not be complete. */
function ended(wire: WireValue): WireValue {
  const marks = [...(wire.marks ?? []), [0, 'done'] as const]
  return wire instanceof WireList ? wire.marked(marks) : { ...wire, marks }
}
