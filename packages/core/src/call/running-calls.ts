/** The calls that run on this thread: found by their names when an abort comes for one. */
import type { ThreadAddress } from '../protocol.js'
import type { RunningCall } from './perform-call.js'

export class RunningCalls implements Iterable<RunningCall> {
  /** Synchronous calls stand on each other, on the thread's one stack. */
  readonly #stack: RunningCall[] = []
  readonly #async = new Map<ThreadAddress, Map<number, RunningCall>>()
  #asyncCount = 0

  get asyncCount(): number {
    return this.#asyncCount
  }

  push(running: RunningCall): void {
    this.#stack.push(running)
  }

  pop(): void {
    this.#stack.pop()
  }

  addAsync(running: RunningCall): void {
    this.#asyncCount += 1
    const siblings = this.#async.get(running.from)
    if (siblings) siblings.set(running.id, running)
    else this.#async.set(running.from, new Map([[running.id, running]]))
  }

  /** The map of a caller stays: the next call is likely to be from the same. */
  removeAsync({ from, id }: RunningCall): void {
    if (this.#async.get(from)?.delete(id)) this.#asyncCount -= 1
  }

  find(from: ThreadAddress, id: number): RunningCall | undefined {
    return (
      this.#async.get(from)?.get(id) ??
      this.#stack.find((running) => running.from === from && running.id === id)
    )
  }

  /** The maker of these calls is gone, and will make no more. */
  forgetMaker(from: ThreadAddress): void {
    if (this.#async.get(from)?.size === 0) this.#async.delete(from)
  }

  *[Symbol.iterator](): Iterator<RunningCall> {
    yield* this.#stack
    for (const siblings of this.#async.values()) yield* siblings.values()
  }
}
