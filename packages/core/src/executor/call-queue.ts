import type { Call } from '../call/call.js'
import { QueueFullError } from '../errors.js'

/** Calls that wait for a thread, first come, first served; past its limit a call is refused at once. */
export class CallQueue {
  readonly #calls: Call[] = []

  get length(): number {
    return this.#calls.length
  }

  push(call: Call): void {
    this.#calls.push(call)
    call.withdraw = () => {
      const index = this.#calls.indexOf(call)
      if (index >= 0) this.#calls.splice(index, 1)
      call.withdraw = undefined
    }
  }

  /** The next one, which stays. */
  get first(): Call | undefined {
    return this.#calls[0]
  }

  /** Calls that have been in line before, and keep their places. */
  putBack(calls: readonly Call[]): void {
    const waiting = this.clear()
    for (const call of [...calls, ...waiting]) this.push(call)
  }

  shift(): Call | undefined {
    const call = this.#calls.shift()
    if (call) call.withdraw = undefined
    return call
  }

  clear(): Call[] {
    const calls = this.#calls.splice(0)
    for (const call of calls) call.withdraw = undefined
    return calls
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
