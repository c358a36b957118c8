/** Opens once, and whoever waits for it goes on: on the same thread or, sent along as `latch.memory`, on any other. */

const PATIENCE_MS = 20_000

export class Latch {
  constructor(memory = new SharedArrayBuffer(4)) {
    this.memory = memory
    this.slot = new Int32Array(memory)
  }

  get isOpen() {
    return Atomics.load(this.slot, 0) === 1
  }

  open() {
    Atomics.store(this.slot, 0, 1)
    Atomics.notify(this.slot, 0)
  }

  /** Blocks the thread. */
  waitBlocking() {
    if (Atomics.wait(this.slot, 0, 0, PATIENCE_MS) === 'timed-out')
      throw new Error('nobody opened the latch')
  }

  /** Lets the loop turn. */
  async wait() {
    const { async, value } = Atomics.waitAsync(this.slot, 0, 0, PATIENCE_MS)
    if (!async) return
    // Alone, the wait would not keep the process alive.
    const anchor = setInterval(() => {}, PATIENCE_MS)
    try {
      if ((await value) === 'timed-out') throw new Error('nobody opened the latch')
    } finally {
      clearInterval(anchor)
    }
  }
}

/** A counter in shared memory, and a record of who came in which order: proof of what ran, and how often. */
export class Ledger {
  constructor(memory = new SharedArrayBuffer(4 * 256)) {
    this.memory = memory
    this.slots = new Int32Array(memory)
  }

  /** Writes one entry. */
  note(entry) {
    Atomics.store(this.slots, Atomics.add(this.slots, 0, 1) + 1, entry)
  }

  get entries() {
    return [...this.slots.slice(1, 1 + Atomics.load(this.slots, 0))]
  }
}
