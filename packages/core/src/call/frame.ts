/**
 * The stack of this thread's blocked frames. A frame is one `asyncToSync` call, waiting; it runs the work that its own
 * call chain sends from below, one at a time, and nobody else's. Work for an outer frame waits until the inner one is
 * done: it must not run in the middle of the sync code that the outer frame is running.
 */
import type { CallMessage, ThreadAddress } from '../protocol.js'
import { isWithin } from '../thread-address.js'

const NO_CALLS: readonly CallMessage[] = []

/** From here on numbers begin anew, above those of the frames that are open: shared memory has 31 bits for one. */
const LAST_ID = 2 ** 30

/** The code that is blocked. What runs on its frame has the same `threadCritical` values, which are asked for only then. */
interface Blocked {
  readonly critical: Map<string, unknown>
}

export class Frame {
  readonly queue: CallMessage[] = []
  readonly #blocked: Blocked

  constructor(
    readonly id: number,
    blocked: Blocked,
  ) {
    this.#blocked = blocked
  }

  get critical(): Map<string, unknown> {
    return this.#blocked.critical
  }
}

export class Frames {
  readonly #noteInnermost: (id: number) => void
  readonly #stack: Frame[] = []
  #lastId: number

  /**
   * @param noteInnermost Told the number of the innermost frame whenever it changes, 0 for none.
   * @param lastId The number before the first one.
   */
  constructor(noteInnermost: (id: number) => void, lastId = 0) {
    this.#noteInnermost = noteInnermost
    this.#lastId = lastId
  }

  get depth(): number {
    return this.#stack.length
  }

  open(blocked: Blocked): Frame {
    if (this.#lastId >= LAST_ID) this.#lastId = this.#stack[this.#stack.length - 1]?.id ?? 0
    this.#lastId += 1
    const frame = new Frame(this.#lastId, blocked)
    this.#stack.push(frame)
    this.#noteInnermost(frame.id)
    return frame
  }

  /** @returns what reached the frame too late to be run. */
  close(frame: Frame): readonly CallMessage[] {
    const stack = this.#stack
    if (stack[stack.length - 1] === frame) stack.pop()
    else if (stack.includes(frame)) stack.splice(stack.lastIndexOf(frame), 1)
    this.#noteInnermost(stack[stack.length - 1]?.id ?? 0)
    return frame.queue.length === 0 ? NO_CALLS : frame.queue.splice(0)
  }

  /**
   * The frame of that number, or where it has returned, the next one outward, down to `outermost`. All frames on a stack are of
   * one chain, since each was opened by work that the one below it was running.
   */
  find(id: number, outermost = id): Frame | undefined {
    return this.#stack.findLast((frame) => frame.id <= id && frame.id >= outermost)
  }

  /** Takes a call out of whichever frame's queue it waits in. */
  withdraw(from: string, id: number): boolean {
    for (const { queue } of this.#stack) {
      const index = queue.findIndex((call) => call.from === from && call.id === id)
      if (index >= 0) return queue.splice(index, 1).length > 0
    }
    return false
  }

  /** Takes out all that a thread which has ended has in line here. */
  withdrawAllOf(thread: ThreadAddress): CallMessage[] {
    const all = this.#stack.flatMap(({ queue }) => queue)
    const ofThread = all.filter((message) => isMadeWithin(message, thread))
    return ofThread.filter(({ from, id }) => this.withdraw(from, id))
  }
}

/** Whether a thread, or one below it, has made the call, whoever has relayed it. */
export function isMadeWithin({ from, request }: CallMessage, thread: ThreadAddress): boolean {
  return isWithin(request.origin?.from ?? from, thread)
}
