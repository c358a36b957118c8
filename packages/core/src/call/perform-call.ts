/** Does a call that arrived here: decodes, enters its scope, runs, and encodes what came of it. Sends nothing. */
import * as types from 'node:util/types'
import type { Transferable } from 'node:worker_threads'
import { CallAbort } from '../cancellation/call-abort.js'
import { explainCloneFailure, NO_CHANGES, surroundings } from '../codec/clone-failure.js'
import {
  asArguments,
  asHandleArguments,
  asMethodArguments,
  asResult,
  Codec,
} from '../codec/codec.js'
import { isScalar } from '../codec/kind-of.js'
import { WireList } from '../codec/wire-list.js'
import type { Carriers, Entered } from '../context/carriers.js'
import { Cell } from '../context/cell.js'
import type { ContextRef, LeasedContexts } from '../context/context-ref.js'
import type { Around, Scope, Scopes } from '../context/scope.js'
import { DeadlockError, TransferError } from '../errors.js'
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
import { markBoundary } from '../registry/call-boundary.js'
import { printRef } from '../registry/function-ref.js'
import { Step } from '../registry/iterators.js'
import type { AnyFunction, Registry } from '../registry/registry.js'
import { isThenable } from '../registry/thenable.js'
import { CarriedStores } from './carried-stores.js'
import { explainMissingThis } from './missing-this.js'

/** What performing needs of this thread. */
export interface Performer {
  readonly address: ThreadAddress
  readonly registry: Registry
  readonly scopes: Scopes
  readonly carriers: Carriers
  /** Only on a thread that is leased to contexts. */
  readonly leased: LeasedContexts | undefined
  /** The context, where it was opened here and is open. */
  contextOf(id: string): ContextRef | undefined
  /** What surrounds the code that waits for a call that was made here. */
  callerOf(id: number): Caller | undefined
  /** Reads what has arrived, if anything has. */
  readNews(): void
}

/** What surrounds the code that waits for a call. */
export interface Caller {
  readonly cell: Cell | undefined
  readonly around: Around | undefined
}

export interface Performed {
  readonly outcome: Outcome
  readonly transfer: readonly Transferable[]
}

const NOTHING: readonly Transferable[] = []
/** The call was given up before its function began. */
const NEVER_BEGAN: Performed = { outcome: { ok: 'refused' }, transfer: NOTHING }
/** The language's own, whoever replaces them later. */
const { then } = Promise.prototype
const resolve = Promise.resolve.bind(Promise)

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
  /** Of the code on this loop that waits, by way of other threads, for this call. */
  readonly #cellAbove: Cell | undefined
  /** What surrounds that code. */
  readonly #around: Around | undefined
  #codec: Codec | undefined = undefined
  #abort: CallAbort | undefined = undefined
  #entered: Entered | undefined = undefined

  constructor(
    readonly message: CallMessage,
    here: Performer,
  ) {
    const { mode, ref, scope, timed, parent } = message.request
    this.from = message.from
    this.id = message.id
    this.mode = mode
    this.chain = scope.chain
    // Async code runs on a loop, and what it calls comes back to that loop.
    this.loop = mode === 'sync' ? scope.loop : here.address
    this.context =
      scope.context === undefined
        ? undefined
        : (here.leased?.ref(
            scope.context,
            // A function that lives here comes home by the same way, in whatever context it is called.
            message.target.by === 'thread' && ref.kind !== 'handle',
          ) ??
          here.contextOf(scope.context) ?? { id: scope.context })
    // Looked up now: what this call leaves running may ask when its caller has long been answered.
    const caller = parent?.from === here.address ? here.callerOf(parent.id) : undefined
    this.#cellAbove = caller?.cell
    this.#around = caller?.around
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
    this.#cell ??= new Cell(undefined, this.#cellAbove)
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
      if (value === NEVER_BEGAN) return NEVER_BEGAN
      if (isThenable(value)) throw this.#returnedPromise(value)
      return this.#succeeded(value)
    } catch (error) {
      return this.failed(this.#explained(error, fn))
    }
  }

  /** Starts an asynchronous function, and answers when its promise has settled. */
  performAsync(fn: AnyFunction, answer: (performed: Performed) => void): void {
    let promise: Promise<unknown>
    try {
      const value = this.#enter(fn, false)
      if (value === NEVER_BEGAN) return answer(NEVER_BEGAN)
      // Not by an async function: each await of ours is a microtask more on every call.
      promise = resolve(value)
    } catch (error) {
      return answer(this.failed(this.#explained(error, fn)))
    }
    // The language's own: a promise may have a `then` of its own, which calls back as often as it likes.
    then.call(
      promise,
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
      return this.#failedBy(obstacle, 'what was thrown', ran)
    }
  }

  /** The same outcome after it turned out not to be cloneable: this call alone fails, and says where. */
  unsendable({ outcome, transfer }: Performed, cause: unknown): Performed {
    this.#codec?.release()
    const suspects: Array<readonly [string, unknown]> = []
    if (outcome.ok !== 'refused') {
      const { value, changes } = { value: outcome.ok ? outcome.value : outcome.error, ...outcome }
      const [result] = value.value as unknown[]
      suspects.push([outcome.ok ? 'result' : 'what was thrown', result])
      suspects.push(...surroundings(changes.locals, changes.storages))
    }
    const ref = printRef(this.message.request.ref)
    return this.#failedBy(
      explainCloneFailure(suspects, cause, ref, transfer),
      'result',
      this.#ran(),
    )
  }

  /**
   * An error of our own says why there is nothing else to tell. Anything else may be the user's, and as hostile as what it was
   * thrown about.
   */
  #failedBy(obstacle: unknown, what: string, ran: number | undefined): Performed {
    const ref = printRef(this.message.request.ref)
    const error = explainCloneFailure([[what, undefined]], obstacle, ref)
    return {
      outcome: this.#placed({
        ok: false,
        error: this.#encodeOwn(error),
        changes: NO_CHANGES,
        ran,
      }),
      transfer: NOTHING,
    }
  }

  #encodeOwn(error: TransferError): WireValue {
    try {
      return this.#codecOf().encode(error)
    } catch {
      return this.#codecOf().encode(withoutCause(error))
    }
  }

  /**
   * Decodes only now: the function's module has been loaded, and with it the classes and storages that decoding needs.
   * @returns what the function gives, or `NEVER_BEGAN`.
   */
  #enter(given: AnyFunction, isOnFrame: boolean): unknown {
    const { args, hasThis, scope } = this.message.request
    const values =
      args.marks || args.deep
        ? this.#codecOf().decodeList(args, this.#naming())
        : (args.value as unknown[])
    const around = this.#aroundOf(values[0], isOnFrame)
    const fn = hasThis ? given.bind(values.shift() as never) : given
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
    if (scope.storages.length === 0) {
      if (this.#isGivenUp()) return NEVER_BEGAN
      if (around) return scopes.runIn(around, this, fn, values)
      return isOnFrame ? scopes.runWith(this, fn, values) : scopes.runOutside(this, fn, values)
    }
    const { registry } = this.#here
    const stores = new CarriedStores(
      this.#codecOf(),
      () => new Codec(registry, this.message.request.ref, this.mode),
    )
    const entered = carriers.enter(scope.storages, stores)
    if (this.#isGivenUp()) return NEVER_BEGAN
    this.#entered = entered
    const run = () => entered.run(() => fn(...(values as never[])))
    return around ? scopes.runIn(around, this, run, []) : scopes.run(this, run)
  }

  /**
   * Asked as the last thing before the function begins. Values may have been decoded for long since the last message was read, and
   * other calls may have begun: an abort that came meanwhile would be read only when the function has run.
   */
  #isGivenUp(): boolean {
    this.#here.readNews()
    return this.#abort?.isAborted === true
  }

  /**
   * What surrounds the code that has given the function here, or that waits for this call by way of other threads. Code that is
   * blocked is surrounded by it already.
   */
  #aroundOf(first: unknown, isOnFrame: boolean): Around | undefined {
    const given =
      this.message.request.ref.kind === 'handle'
        ? this.#here.registry.handles.aroundOf(first)
        : undefined
    return given ?? (isOnFrame ? undefined : this.#around)
  }

  #naming() {
    const { ref, hasThis } = this.message.request
    if (ref.kind === 'handle') return asHandleArguments
    return hasThis ? asMethodArguments : asArguments
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
    const isStep = Step.is(value)
    const { wire, transfer } = this.#codecOf().encodeList(
      [isStep ? value.value : value],
      NOTHING,
      asResult,
    )
    const given = isStep && value.done ? ended(wire) : wire
    return { outcome: this.#placed({ ok: true, value: given, changes, ran }), transfer }
  }

  #codecOf(): Codec {
    this.#codec ??= this.#makeCodec()
    return this.#codec
  }

  #makeCodec(): Codec {
    const { registry } = this.#here
    const { request } = this.message
    const { ref } = request
    const origin = ref.kind === 'handle' ? registry.handles.originOf(request) : undefined
    return new Codec(registry, ref, this.mode, this.origin.from, origin)
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
    // Nobody will await it: its rejection must not end the thread. Any other `then` is left alone: a query is executed by it.
    if (types.isPromise(promise)) then.call(promise, undefined, () => undefined)
    if (this.message.request.ref.kind === 'handle') return this.#needsItsLoop()
    return new TypeError(
      `${printRef(this.message.request.ref)} returned a promise, but was given to syncToAsync as a synchronous function. ` +
        'Await the async function directly; inside synchronous code, call it through asyncToSync.',
    )
  }
}

markBoundary(RunningCall.prototype.performSync)
markBoundary(RunningCall.prototype.performAsync)

/** A list that says that it was the last: it must keep what it is, as it may not be complete. */
function ended(wire: WireValue): WireValue {
  const marks = [...(wire.marks ?? []), [0, 'done'] as const]
  return wire instanceof WireList ? wire.marked(marks) : { ...wire, marks }
}

/** Another object of the user's: all that is told of it stands in the message. */
function withoutCause({ message, path, function: fn }: TransferError): TransferError {
  return new TransferError(message, {
    ...(path !== undefined && { path }),
    ...(fn !== undefined && { function: fn }),
  })
}
