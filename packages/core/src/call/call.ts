/**
 * The noun: one crossing, from request to outcome, as its caller holds it. It is settled exactly once, whoever comes
 * first: the outcome, an abort, a timeout, or a thread's death.
 */
import type { Transferable } from 'node:worker_threads'
import { throwLater } from '../call-safely.js'
import { explainCloneFailure, surroundings } from '../codec/clone-failure.js'
import { isShortStack } from '../codec/stack-ends.js'
import { takeValues } from '../codec/wire-list.js'
import type { Cell } from '../context/cell.js'
import type { Around } from '../context/scope.js'
import type { CallRequest, Outcome, Target, ThreadAddress, Urgency } from '../protocol.js'
import { printRef } from '../registry/function-ref.js'

/** How a call ended: by an outcome from the thread that ran it, or by an error of this side. */
export type Settlement =
  | { readonly outcome: Exclude<Outcome, { ok: 'refused' }> }
  | { readonly failure: unknown }

export interface GivenUp {
  readonly reason: unknown
  readonly urgency?: Urgency
  /** Whether what it blocks on acts on it: its outcome says what comes of that. */
  readonly isActedOn?: boolean
}

/** Told of the calls of one thread: of those that it was sent, or of those that it has made. */
export interface CallKeeper {
  callSettled?(call: Call, settlement: Settlement): void
  callFinished?(call: Call): void
}

const NOTHING: readonly Transferable[] = []

export class Call {
  request: CallRequest
  readonly transfer: readonly Transferable[]
  /** When it was made, in ms of `performance.now()`; 0 where nobody wants to know. */
  readonly madeAt: number
  /** Its number for the present sending; 0 while it is not under way. */
  id = 0
  /** Where it was last sent; undefined while it waits here. */
  sentTo: ThreadAddress | undefined = undefined
  /** Where it went with what it moves (`transfer`), which is not here any more: it can't be sent a second time. */
  movedTo: ThreadAddress | undefined = undefined
  /** In which of its queues. */
  sentBy: Target | undefined = undefined
  /** Its place among those in the queue of a thread. */
  sequence = 0
  /** What whoever starts it must claim, where it was sent ahead of its turn. */
  claim = 0
  /** How long it is expected to run, in ms; 0 where nobody has guessed. */
  expected = 0
  /** Who made it, and whose queue it is in. */
  maker: CallKeeper | undefined = undefined
  holder: CallKeeper | undefined = undefined
  /** The `Local`s of the code that awaits it: async code that comes back to this thread along the chain has the same `threadCritical` values. */
  cell: Cell | undefined = undefined
  /** What surrounds that code: async code that comes back to this thread along the chain runs in it, too. */
  around: Around | undefined = undefined
  /** Its neighbours among the open calls of its maker (`open-calls.ts`). */
  previous: Call | undefined = undefined
  next: Call | undefined = undefined
  /** Why its caller has given it up, while the thread that has it is yet to say what became of it. */
  givenUp: GivenUp | undefined = undefined
  /** Whether its thread is to be ended where it is given up while it runs. */
  endsThread = false
  /** Set by the executor that has it in a queue here: takes it out again. */
  withdraw: (() => void) | undefined = undefined
  /** Called when nothing of it runs any more. */
  onFinished: (() => void) | undefined = undefined
  /** Where to try next when the target refuses it, which it does only with calls it has not started. */
  onRefused: (() => void) | undefined = undefined
  #hasValues = false
  #settlement: Settlement | undefined = undefined
  #finished = false
  #onSettled: Array<(settlement: Settlement) => void> | undefined = undefined

  constructor(request: CallRequest, transfer: readonly Transferable[] = NOTHING) {
    this.request = request
    this.transfer = transfer
    this.madeAt = request.timed ? performance.now() : 0
  }

  /**
   * It is not sent at once: its values are taken now, as they are. A call whose values can't cross has failed then.
   * @returns whether code of the user's may have run (getters, codecs). It may have made calls: what was looked at before that is to be
   * looked at again.
   */
  takeValues(): boolean {
    // What another thread has sent is a copy already; and what is to be moved stays its caller's until the call is sent.
    if (this.#hasValues || this.request.origin || this.transfer.length > 0) return false
    this.#hasValues = true
    try {
      const taken = takeValues(this.request)
      if (!taken) return false
      this.request = taken
    } catch (cause) {
      // When it is sent there may be more of the stack.
      if (!isShortStack(cause)) this.failToCross(cause)
    }
    return true
  }

  /** It could not be sent, and nothing of it will ever run. */
  failToCross(cause: unknown): void {
    const { args, scope } = this.request
    const suspects = [['args', args.value], ...surroundings(scope.locals, scope.storages)] as const
    this.settle({ failure: explainCloneFailure(suspects, cause, this.label, this.transfer) })
    this.finish()
  }

  /** In another place than the first it may have to run in another way. */
  runAs(mode: CallRequest['mode']): void {
    if (this.request.mode !== mode) this.request = { ...this.request, mode }
  }

  get label(): string {
    return printRef(this.request.ref)
  }

  /** Whether it may run on another thread than the one that it was sent to: what a handle leads to, and what was moved, is there alone. */
  get isBound(): boolean {
    return this.request.ref.kind === 'handle' || this.movedTo !== undefined
  }

  /** Nothing of it runs anywhere, nor ever will. */
  get isFinished(): boolean {
    return this.#finished
  }

  get settlement(): Settlement | undefined {
    return this.#settlement
  }

  /** The caller has its answer. Later answers are dropped. */
  settle(settlement: Settlement): void {
    if (this.#settlement) return
    this.#settlement = settlement
    this.holder?.callSettled?.(this, settlement)
    const listeners = this.#onSettled
    this.#onSettled = undefined
    if (listeners) this.#tell(listeners, settlement)
    // Last, as it may fail near the end of a stack: whoever awaits the call has his answer by then.
    this.maker?.callSettled?.(this, settlement)
  }

  /** One listener that fails must not keep the answer from the caller, or the thread from its next user. */
  #tell(listeners: ReadonlyArray<(settlement: Settlement) => void>, settlement: Settlement): void {
    for (const listener of listeners) {
      // Not by `callSafely`, which makes a list of arguments for each call.
      try {
        listener(settlement)
      } catch (error) {
        throwLater(error)
      }
    }
  }

  /** Whoever had it in a queue has it no more, and it goes elsewhere. */
  leave(): void {
    const { holder } = this
    this.holder = undefined
    holder?.callFinished?.(this)
  }

  /** Nothing of it runs anywhere any more; a call that was given up may finish long after it was settled. */
  finish(): void {
    if (this.#finished) return
    this.#finished = true
    this.onFinished?.()
    this.leave()
  }

  whenSettled(listener: (settlement: Settlement) => void): void {
    if (this.#settlement) listener(this.#settlement)
    else if (this.#onSettled) this.#onSettled.push(listener)
    else this.#onSettled = [listener]
  }
}
