/**
 * What a thread leaves in shared memory about itself, for a maker that is blocked and gets no event: that it ended and
 * with which code, how many calls it had taken from its queue, and in which frame it is blocked.
 */
import { EXIT_CODE_SLOT, EXITED_SLOT, FRAME_SLOT, TAKEN_SLOT } from './layout.js'

export class LifeRecord {
  readonly #slots: Int32Array

  constructor(memory: SharedArrayBuffer) {
    this.#slots = new Int32Array(memory)
  }

  markExited(code: number): void {
    // The code first: whoever sees the flag reads the code.
    Atomics.store(this.#slots, EXIT_CODE_SLOT, code)
    Atomics.store(this.#slots, EXITED_SLOT, 1)
  }

  /** The exit code, or undefined while the thread lives (or died without a word). */
  exitCode(): number | undefined {
    return Atomics.load(this.#slots, EXITED_SLOT) === 1
      ? Atomics.load(this.#slots, EXIT_CODE_SLOT)
      : undefined
  }

  /** Counted before the call runs: a call that is not counted never started, and may run elsewhere. */
  countTaken(): void {
    Atomics.add(this.#slots, TAKEN_SLOT, 1)
  }

  /** Noted by the thread whenever it blocks and unblocks. */
  noteInnermostFrame(id: number): void {
    Atomics.store(this.#slots, FRAME_SLOT, id)
  }

  innermostFrame(): number {
    return Atomics.load(this.#slots, FRAME_SLOT)
  }

  /** Wraps after 2³² calls, as do the sequence numbers it is compared with. */
  taken(): number {
    return Atomics.load(this.#slots, TAKEN_SLOT)
  }
}
