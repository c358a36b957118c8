/**
 * The noun: one crossing, from request to outcome, as its caller holds it. It is settled exactly once, whoever comes
 * first: the outcome, an abort, a timeout, or a thread's death.
 */
import type { Transferable } from 'node:worker_threads'
import type { CallRequest, Outcome, Target, ThreadAddress } from '../protocol.js'
import { printRef } from '../registry/function-ref.js'

/** How a call ended: by an outcome from the thread that ran it, or by an error of this side. */
export type Settlement =
  | { readonly outcome: Exclude<Outcome, { ok: 'refused' }> }
  | { readonly failure: unknown }

export class Call {
  readonly request: CallRequest
  readonly transfer: readonly Transferable[]
  readonly madeAt = performance.now()
  /** Where it was last sent; undefined while it waits here. */
  sentTo: ThreadAddress | undefined
  /** In which of its queues. */
  sentBy: Target | undefined
  /** Why its caller has given it up, while the thread that has it is yet to say what became of it. */
  givenUp: { readonly reason: unknown } | undefined
  /** Set by the executor that has it in a queue here: takes it out again. */
  withdraw: (() => void) | undefined
  /** Where to try next when the target refuses it, which it does only with calls it has not started. */
  onRefused: (() => void) | undefined
  #settlement: Settlement | undefined
  #finished = false
  readonly #onSettled: Array<(settlement: Settlement) => void> = []
  readonly #onFinished: Array<() => void> = []

  constructor(request: CallRequest, transfer: readonly Transferable[] = []) {
    this.request = request
    this.transfer = transfer
  }

  get label(): string {
    return printRef(this.request.ref)
  }

  get settlement(): Settlement | undefined {
    return this.#settlement
  }

  /** The caller has its answer. Later answers are dropped. */
  settle(settlement: Settlement): void {
    if (this.#settlement) return
    this.#settlement = settlement
    for (const listener of this.#onSettled.splice(0)) listener(settlement)
  }

  /** Nothing of it runs anywhere any more; a call that was given up may finish long after it was settled. */
  finish(): void {
    if (this.#finished) return
    this.#finished = true
    for (const listener of this.#onFinished.splice(0)) listener()
  }

  whenSettled(listener: (settlement: Settlement) => void): void {
    if (this.#settlement) listener(this.#settlement)
    else this.#onSettled.push(listener)
  }

  whenFinished(listener: () => void): void {
    if (this.#finished) listener()
    else this.#onFinished.push(listener)
  }
}
