/**
 * The only place that sleeps. A thread has one bell; whoever puts a message where that thread will look rings it.
 *
 * Order, on which everything rests: the ringer posts *before* it rings, and the waiter reads the count *before* it looks
 * for messages. Then a message that came after the look has changed the count, and `wait` returns at once. Read after the
 * look, and a message in between would be slept through.
 */
import { BELL_SLOT } from './layout.js'

export class Bell {
  readonly #slots: Int32Array

  constructor(readonly memory: SharedArrayBuffer) {
    this.#slots = new Int32Array(memory)
  }

  /** To be read before looking for messages. */
  count(): number {
    return Atomics.load(this.#slots, BELL_SLOT)
  }

  ring(): void {
    Atomics.add(this.#slots, BELL_SLOT, 1)
    Atomics.notify(this.#slots, BELL_SLOT)
  }

  /** Sleeps until the count differs from `seen`, at most `timeout` ms. @returns false when the time passed. */
  wait(seen: number, timeout: number): boolean {
    return Atomics.wait(this.#slots, BELL_SLOT, seen, timeout) !== 'timed-out'
  }
}
