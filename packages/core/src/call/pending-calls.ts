/** The calls that this thread has sent and that have not come back, by their numbers. */
import { ThreadExitedError } from '../errors.js'
import type { Outcome, ThreadAddress } from '../protocol.js'
import { isWithin } from '../thread-address.js'
import type { Call } from './call.js'

/** Of a call that moved something to its thread and never ran. */
export const LOST_WITH_IT =
  'The call never ran, and what was moved to that thread (transfer) is lost: it is on neither side any more'

/** The target is gone and the call has not started: on to the next place, or an error where there is none. */
export function refuse(call: Call): void {
  // It was given up since it was taken out of its line: code of the user's runs while the one before it goes elsewhere.
  if (call.isFinished) return
  call.leave()
  const { label, movedTo } = call
  if (movedTo === undefined && call.onRefused) return call.onRefused()
  const failure = new ThreadExitedError(
    movedTo === undefined
      ? `${label} could not start: the thread that it was for has ended.`
      : `${label} could not start: what would have run it on the thread ${movedTo} has ended. ${LOST_WITH_IT}`,
    { function: label, ...(movedTo !== undefined && { thread: movedTo }) },
  )
  call.settle({ failure })
  call.finish()
}

/** Numbers are small integers, which cost no memory of their own, and none returns before all others have been given. */
const LAST_NUMBER = 2 ** 31 - 1
/** So many places there are at least, a power of two. */
const LEAST_PLACES = 64
/** A table that has grown beyond this, a megabyte, is given back when it is empty. */
const MOST_KEPT = 2 ** 17

export class PendingCalls {
  /** A call's place is the last digits of its number. */
  #places = emptyPlaces(LEAST_PLACES)
  #mask = LEAST_PLACES - 1
  #last: number
  #size = 0

  /** @param last The number before the first one. */
  constructor(last = 0) {
    this.#last = last
  }

  get size(): number {
    return this.#size
  }

  /**
   * Numbers a call for one sending; sent again, it gets another number, so that a stale answer finds nothing. The place is taken
   * until the answer has come or the thread is gone. A number whose place is taken, by a call that is long in coming back, is left out.
   */
  add(call: Call): number {
    if (this.#size * 2 > this.#mask) this.#grow()
    let id = this.#last
    do id = (id + 1) & LAST_NUMBER
    while (
      // A call whose number is 0 is not under way.
      id === 0 ||
      this.#places[id & this.#mask] !== undefined
    )
    this.#last = id
    this.#places[id & this.#mask] = call
    this.#size += 1
    call.id = id
    return id
  }

  /** @returns undefined where the call is not under way. */
  idOf({ id }: Call): number | undefined {
    return this.#places[id & this.#mask]?.id === id ? id : undefined
  }

  find(id: number): Call | undefined {
    const call = this.#places[id & this.#mask]
    return call?.id === id ? call : undefined
  }

  remove(id: number): Call | undefined {
    const call = this.find(id)
    if (!call) return undefined
    this.#places[id & this.#mask] = undefined
    this.#size -= 1
    if (this.#size === 0 && this.#mask >= MOST_KEPT) this.#resize(LEAST_PLACES)
    return call
  }

  #grow(): void {
    this.#resize(2 * (this.#mask + 1))
  }

  #resize(count: number): void {
    const calls = this.#places
    this.#places = emptyPlaces(count)
    this.#mask = count - 1
    for (const call of calls) if (call) this.#places[call.id & this.#mask] = call
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
    try {
      call.settle({ outcome })
    } finally {
      // Also where that fails, near the end of a stack: its thread would never be given another one.
      call.finish()
    }
    return isWanted
  }

  some(test: (call: Call) => boolean): boolean {
    return this.#places.some((call) => call !== undefined && test(call))
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
    return lost.sort((a, b) => (a.sequence - b.sequence) | 0)
  }
}

function emptyPlaces(count: number): Array<Call | undefined> {
  return new Array<Call | undefined>(count).fill(undefined)
}
