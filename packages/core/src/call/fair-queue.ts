/**
 * Calls that wait for a thread, by whose they are: of a context, or else of the thread that made them. Each of these has its turn, so
 * that one that makes thousands of calls at once holds up none of the others; among its own they keep their order.
 */
import type { Call } from './call.js'
import { CallQueue, type Total } from './call-queue.js'

export class FairQueue {
  /** Whose turn it is comes first. */
  readonly #groups = new Map<string, CallQueue>()
  /** Counted along: it is asked for with each call, and there may be as many groups as calls. */
  readonly #total: Total = { length: 0 }

  get length(): number {
    return this.#total.length
  }

  /** The next one, which stays. */
  get first(): Call | undefined {
    for (const [key, group] of this.#groups) {
      const call = group.first
      if (call) return call
      this.#groups.delete(key)
    }
    return undefined
  }

  push(call: Call): void {
    this.#groupOf(call).push(call)
  }

  /** Calls that have been in line before, and come before the others of their group. */
  putBack(calls: readonly Call[]): void {
    const groups = new Map<CallQueue, Call[]>()
    for (const call of calls) {
      const group = this.#groupOf(call)
      const own = groups.get(group)
      if (own) own.push(call)
      else groups.set(group, [call])
    }
    for (const [group, own] of groups) group.putBack(own)
  }

  shift(): Call | undefined {
    const call = this.first
    if (!call) return undefined
    const [next] = this.#groups
    if (!next) return undefined
    const [key, group] = next
    group.shift()
    // To the end of the line, where there is one.
    if (group.length === 0) this.#groups.delete(key)
    else if (this.#groups.size > 1) {
      this.#groups.delete(key)
      this.#groups.set(key, group)
    }
    return call
  }

  /**
   * Where there is no room for one more: the newest of those who have most in line, if that is more than the new one's own group
   * would have; undefined where the new one is the one to go.
   */
  toMakeRoomFor(call: Call): Call | undefined {
    const own = this.#groups.get(keyOf(call))?.length ?? 0
    let longest: CallQueue | undefined
    for (const group of this.#groups.values())
      if (group.length > (longest?.length ?? own + 1)) longest = group
    return longest?.last
  }

  #groupOf(call: Call): CallQueue {
    const key = keyOf(call)
    let group = this.#groups.get(key)
    if (!group) {
      group = new CallQueue(this.#total)
      this.#groups.set(key, group)
    }
    return group
  }
}

function keyOf({ request }: Call): string {
  return request.scope.context ?? request.origin?.from ?? ''
}
