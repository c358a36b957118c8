/** The calls that were made here and have no answer yet: a list that each call carries its own place in. */
import type { Call } from './call.js'

export class OpenCalls implements Iterable<Call> {
  #last: Call | undefined = undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  add(call: Call): void {
    call.previous = this.#last
    if (this.#last) this.#last.next = call
    this.#last = call
    this.#size += 1
  }

  /** To be called once for each call that was added. */
  remove(call: Call): void {
    const { previous, next } = call
    if (previous) previous.next = next
    if (next) next.previous = previous
    else this.#last = previous
    call.previous = undefined
    call.next = undefined
    this.#size -= 1
  }

  *[Symbol.iterator](): Iterator<Call> {
    for (let call = this.#last; call; call = call.previous) yield call
  }
}
