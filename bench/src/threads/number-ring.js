// A ring of numbers in shared memory with one writer and one reader, and a flag that says whether the reader is awake.

const HEAD = 0
const TAIL = 1
const AWAKE = 2
export const SLOTS = 2048

export class NumberRing {
  constructor(memory) {
    this.state = new Int32Array(memory, 0, 4)
    this.slots = new Float64Array(memory, 16, SLOTS)
  }

  static create() {
    return new SharedArrayBuffer(16 + SLOTS * 8)
  }

  /** Returns whether the reader must be woken. */
  push(value) {
    const tail = this.state[TAIL]
    this.slots[tail & (SLOTS - 1)] = value
    Atomics.store(this.state, TAIL, (tail + 1) | 0)
    return Atomics.load(this.state, AWAKE) === 0 && Atomics.exchange(this.state, AWAKE, 1) === 0
  }

  /** Hands all that is there to `take`, in order, and goes to sleep when nothing came meanwhile. */
  drain(take) {
    const { state, slots } = this
    for (;;) {
      const tail = Atomics.load(state, TAIL)
      for (let head = state[HEAD]; head !== tail; head = (head + 1) | 0) {
        take(slots[head & (SLOTS - 1)])
      }
      state[HEAD] = tail
      Atomics.store(state, AWAKE, 0)
      // A writer that saw the flag still up has not woken us: look again after taking it down.
      if (Atomics.load(state, TAIL) === tail || Atomics.exchange(state, AWAKE, 1) === 1) return
    }
  }
}
