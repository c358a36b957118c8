import { QueueFullError } from '../errors.js'
import type { Call } from './call.js'

/** When so many have left, and more than half of what was kept, the others move up. */
const MOST_GAPS = 1024

/** How many wait in several queues together. */
export interface Total {
  length: number
}

/** Calls that wait for a thread, first come, first served. Each step costs the same, however many wait. */
export class CallQueue {
  /** From `#first` on; a call that was withdrawn leaves a gap. */
  #calls: Array<Call | undefined> = []
  #first = 0
  /** How many places have been given to calls that are no longer kept. */
  #gone = 0
  #length = 0
  readonly #total: Total

  /** @param total Counted along: for who has many queues. */
  constructor(total: Total = { length: 0 }) {
    this.#total = total
  }

  get length(): number {
    return this.#length
  }

  /** The next one, which stays. */
  get first(): Call | undefined {
    this.#skipGaps()
    return this.#calls[this.#first]
  }

  /** The newest one, which stays. */
  get last(): Call | undefined {
    // Gaps at the end are not gone through a second time: where a line is full, each call that comes asks for the newest.
    const calls = this.#calls
    while (calls.length > this.#first && calls[calls.length - 1] === undefined) calls.pop()
    return calls[calls.length - 1]
  }

  push(call: Call): void {
    const place = this.#gone + this.#calls.length
    call.withdraw = () => {
      if (this.#calls[place - this.#gone] !== call) return
      this.#calls[place - this.#gone] = undefined
      this.#length -= 1
      this.#total.length -= 1
      call.withdraw = undefined
    }
    this.#calls.push(call)
    // After the last function: where the stack ends before, nothing has been counted.
    this.#length += 1
    this.#total.length += 1
  }

  /** Calls that have been in line before, and keep their places. */
  putBack(calls: readonly Call[]): void {
    const waiting = this.clear()
    for (const call of [...calls, ...waiting]) this.push(call)
  }

  shift(): Call | undefined {
    const call = this.first
    if (!call) return undefined
    this.#calls[this.#first] = undefined
    this.#first += 1
    this.#length -= 1
    this.#total.length -= 1
    this.#moveUp()
    call.withdraw = undefined
    return call
  }

  clear(): Call[] {
    const calls = this.#calls.filter((call) => call !== undefined)
    for (const call of calls) call.withdraw = undefined
    this.#gone += this.#calls.length
    this.#calls = []
    this.#first = 0
    this.#total.length -= this.#length
    this.#length = 0
    return calls
  }

  #skipGaps(): void {
    const { length } = this.#calls
    while (this.#first < length && this.#calls[this.#first] === undefined) this.#first += 1
    this.#moveUp()
  }

  #moveUp(): void {
    if (this.#first < MOST_GAPS || this.#first * 2 < this.#calls.length) return
    this.#calls.splice(0, this.#first)
    this.#gone += this.#first
    this.#first = 0
  }
}

/** Refuses a call because `limit` of them are waiting already. */
export function refuseFull(call: Call, what: string, limit: number, option: string): void {
  call.settle({
    failure: new QueueFullError(
      `${call.label} was refused: ${limit} ${what} are waiting already, which is the limit (${option}). Try again later, or raise it by configure().`,
      { function: call.label },
    ),
  })
  call.finish()
}
