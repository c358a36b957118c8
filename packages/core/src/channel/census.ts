/**
 * How many threads of a tree are awake: those that could use a core now. While there are more of them than cores, whoever looks
 * instead of sleeping takes the core from another one. One count for all, in shared memory; it is a hint and guards nothing.
 */
import { COUNTED_SLOT } from './layout.js'

const AWAKE = 0

export class Census {
  readonly #counts: Int32Array
  readonly #own: Int32Array
  readonly #cores: number

  /**
   * @param memory The count.
   * @param own The block of shared memory of this thread, which says whether it is counted, also when it has ended.
   */
  constructor(
    readonly memory: SharedArrayBuffer,
    own: SharedArrayBuffer,
    cores: number,
  ) {
    this.#counts = new Int32Array(memory)
    this.#own = new Int32Array(own)
    this.#cores = cores
  }

  static newMemory(): SharedArrayBuffer {
    return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  }

  /** Whether all that are awake have a core. */
  hasRoom(): boolean {
    return Atomics.load(this.#counts, AWAKE) <= this.#cores
  }

  /** This thread runs. */
  enter(): void {
    if (this.#own[COUNTED_SLOT] === 1) return
    this.#own[COUNTED_SLOT] = 1
    Atomics.add(this.#counts, AWAKE, 1)
  }

  /** This thread is about to sleep. */
  leave(): void {
    if (this.#own[COUNTED_SLOT] === 0) return
    this.#own[COUNTED_SLOT] = 0
    Atomics.sub(this.#counts, AWAKE, 1)
  }

  /** Another thread has ended, perhaps while it was counted. @param memory Its block. */
  strike(memory: SharedArrayBuffer): void {
    if (Atomics.exchange(new Int32Array(memory), COUNTED_SLOT, 0) === 1)
      Atomics.sub(this.#counts, AWAKE, 1)
  }
}
