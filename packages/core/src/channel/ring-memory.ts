/**
 * The memory of rings, used again by the next thread when one has ended. Freed and allocated anew with each thread it would not go
 * back to the system: the C library's allocator soon serves such sizes from a heap that grows by a tenth of a megabyte with
 * each thread, without end where threads keep dying.
 *
 * Order: what a thread wrote to is given back when the thread is gone for good (the `exit` event of its Worker) and its channel is closed. Given
 * back before, two threads would write to the same ring.
 */
import { newRing, RING_BYTES } from './ring.js'

/** What a thread and its maker write to each other, by where it goes. */
export interface Rings {
  readonly down: SharedArrayBuffer
  readonly up: SharedArrayBuffer
}

/** So many pairs are kept at most, for threads that may follow. */
const MOST_SPARE = 8

export class RingMemory {
  readonly #spare: Rings[] = []

  take(): Rings {
    const spare = this.#spare.pop()
    if (!spare) {
      return { down: new SharedArrayBuffer(RING_BYTES), up: new SharedArrayBuffer(RING_BYTES) }
    }
    newRing(spare.down)
    newRing(spare.up)
    return spare
  }

  giveBack(rings: Rings): void {
    if (this.#spare.length < MOST_SPARE) this.#spare.push(rings)
  }
}
