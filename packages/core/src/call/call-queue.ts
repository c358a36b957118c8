import { QueueFullError } from '../errors.js'
import type { Call } from './call.js'

/** When so many have left, and more than half of what was kept, the others move up. */
const MOST_GAPS = 1024

/** Calls that wait for a thread, first come, first served. Each step costs the same, however many wait. */
export class CallQueue {
  /** From `#first` on; a call that was withdrawn leaves a gap. */
  #calls: Array<Call | undefined> = []
  #first = 0
  /** How many places have been given to calls that are no longer kept. */
  #gone = 0
  #length = 0

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
    return this.#calls.findLast((call) => call !== undefined)
  }

  push(call: Call): void {
    const place = this.#gone + this.#calls.push(call) - 1
    this.#length += 1
    call.withdraw = () => {
      if (this.#calls[place - this.#gone] !== call) return
      this.#calls[place - this.#gone] = undefined
      this.#length -= 1
      call.withdraw = undefined
    }
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
