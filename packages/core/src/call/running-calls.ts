/** The calls that run on this thread: found by their names when an abort comes for one. */
import type { ThreadAddress } from '../protocol.js'
import type { RunningCall } from './perform-call.js'

export class RunningCalls implements Iterable<RunningCall> {
  /** Synchronous calls stand on each other, on the thread's one stack. */
  readonly #stack: RunningCall[] = []
  /** Asynchronous ones in no order: each knows its place, and the last one takes the place of one that ends. */
  readonly #async: RunningCall[] = []

  get asyncCount(): number {
    return this.#async.length
  }

  push(running: RunningCall): void {
    this.#stack.push(running)
  }

  /** Also what stands on it, if the stack has ended there and it was not taken off. Nothing where that has happened to this one. */
  pop(running: RunningCall): void {
    const place = this.#stack.lastIndexOf(running)
    if (place >= 0) this.#stack.length = place
  }

  addAsync(running: RunningCall): void {
    running.place = this.#async.push(running) - 1
  }

  removeAsync(running: RunningCall): void {
    const last = this.#async.pop()
    if (!last || last === running) return
    this.#async[running.place] = last
    last.place = running.place
  }

  find(from: ThreadAddress, id: number): RunningCall | undefined {
    const isIt = (running: RunningCall) => running.from === from && running.id === id
    return this.#async.find(isIt) ?? this.#stack.find(isIt)
  }

  *[Symbol.iterator](): Iterator<RunningCall> {
    yield* this.#stack
    yield* this.#async
  }
}
