/** The calls that this thread has sent and that have not come back, by their numbers. */
import { ThreadExitedError } from '../errors.js'
import type { Outcome, ThreadAddress } from '../protocol.js'
import { isWithin } from '../thread-address.js'
import type { Call } from './call.js'

/** The target is gone and the call has not started: on to the next place, or an error where there is none. */
export function refuse(call: Call): void {
  call.leave()
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

/** A number is a place in a table and a round: so many places there are, and so many calls in one place before a number returns. */
const PLACES = 2 ** 20
const ROUNDS = 2 ** 11

export class PendingCalls {
  /** The first place stays empty: a call whose number is 0 is not under way. */
  readonly #places: Array<Call | undefined> = [undefined]
  readonly #rounds: number[] = [0]
  readonly #free: number[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  /**
   * Numbers a call for one sending; sent again, it gets another number, so that a stale answer finds nothing. The place is taken
   * until the answer has come or the thread is gone, so a number returns only long after its answer.
   */
  add(call: Call): number {
    const place = this.#free.pop() ?? this.#places.length
    const round = ((this.#rounds[place] ?? 0) + 1) % ROUNDS
    this.#rounds[place] = round
    this.#places[place] = call
    this.#size += 1
    call.id = round * PLACES + place
    return call.id
  }

  /** @returns undefined where the call is not under way. */
  idOf({ id }: Call): number | undefined {
    return this.#places[id % PLACES]?.id === id ? id : undefined
  }

  remove(id: number): Call | undefined {
    const place = id % PLACES
    const call = this.#places[place]
    if (call?.id !== id) return undefined
    this.#places[place] = undefined
    this.#free.push(place)
    this.#size -= 1
    return call
  }

  /** An outcome arrived. @returns whether it was taken: its call may have been given up. */
  settle(id: number, outcome: Outcome): boolean {
    const call = this.remove(id)
    if (!call) return false
    if (outcome.ok === 'refused') {
      // Given up while queued: it never ran and never will.
      if (call.givenUp) call.settle({ failure: call.givenUp.reason })
      if (call.settlement) call.finish()
      else refuse(call)
      return true
    }
    const isWanted = !call.settlement
    call.settle({ outcome })
    call.finish()
    return isWanted
  }

  /** Takes out the calls that were sent to a thread which is gone, or to one that it made. */
  removeSentTo(thread: ThreadAddress): Call[] {
    const lost: Call[] = []
    for (const call of this.#places) {
      if (call?.sentTo === undefined || !isWithin(call.sentTo, thread)) continue
      this.remove(call.id)
      lost.push(call)
    }
    // As they were made, which is not the order of their places.
    return lost.sort((a, b) => a.sequence - b.sequence)
  }
}
