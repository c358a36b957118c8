/** The calls that this thread has sent and that have not come back, by their numbers. */
import { ThreadExitedError } from '../errors.js'
import type { Outcome, ThreadAddress } from '../protocol.js'
import type { Call } from './call.js'

/** The target is gone and the call has not started: on to the next place, or an error where there is none. */
export function refuse(call: Call): void {
  if (call.onRefused) return call.onRefused()
  const failure = new ThreadExitedError(
    `${call.label} could not start: the thread that it was for has ended.`,
    {
      function: call.label,
    },
  )
  call.settle({ failure })
  call.finish()
}

export class PendingCalls {
  readonly #calls = new Map<number, Call>()
  #lastId = 0

  get size(): number {
    return this.#calls.size
  }

  /** Numbers a call for one sending; sent again, it gets another number, so that a stale answer finds nothing. */
  add(call: Call): number {
    this.#lastId += 1
    this.#calls.set(this.#lastId, call)
    return this.#lastId
  }

  idOf(call: Call): number | undefined {
    for (const [id, candidate] of this.#calls) if (candidate === call) return id
    return undefined
  }

  remove(id: number): Call | undefined {
    const call = this.#calls.get(id)
    this.#calls.delete(id)
    return call
  }

  /** An outcome arrived. */
  settle(id: number, outcome: Outcome): void {
    const call = this.remove(id)
    if (!call) return
    if (outcome.ok === 'refused') {
      // Given up while queued: it never ran and never will.
      if (call.givenUp) call.settle({ failure: call.givenUp.reason })
      if (call.settlement) call.finish()
      else refuse(call)
      return
    }
    call.settle({ outcome })
    call.finish()
  }

  /** Takes out the calls that were sent to a thread which is gone, or to one that it made. */
  removeSentTo(thread: ThreadAddress): Call[] {
    const lost: Call[] = []
    for (const [id, call] of this.#calls) {
      if (call.sentTo !== thread && !call.sentTo?.startsWith(`${thread}/`)) continue
      this.#calls.delete(id)
      lost.push(call)
    }
    return lost
  }
}
