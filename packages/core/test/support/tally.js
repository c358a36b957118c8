/** A count in shared memory that another thread waits for: what happens between calls is told by no call. */

const PATIENCE_MS = 20_000

export class Tally {
  constructor(memory = new SharedArrayBuffer(4)) {
    this.memory = memory
    this.slot = new Int32Array(memory)
  }

  get count() {
    return Atomics.load(this.slot, 0)
  }

  add() {
    Atomics.add(this.slot, 0, 1)
    Atomics.notify(this.slot, 0)
  }

  /** Lets the loop turn until the count is that high. */
  async reach(wanted) {
    // Alone, the wait would not keep the process alive.
    const anchor = setInterval(() => {}, PATIENCE_MS)
    const until = performance.now() + PATIENCE_MS
    try {
      for (let { count } = this; count < wanted; { count } = this) {
        const remaining = until - performance.now()
        if (remaining <= 0) throw new Error(`${wanted} were awaited, and ${count} came`)
        await Atomics.waitAsync(this.slot, 0, count, remaining).value
      }
    } finally {
      clearInterval(anchor)
    }
  }
}
