// A number or a short ASCII string in shared memory: the least that any library could do to pass one.

const KIND = 0
const LENGTH = 1
export const TURN = 2

/** @param memory One call's memory: a head of 32 bytes and room for the string. */
export class SharedValue {
  constructor(memory) {
    this.head = new Int32Array(memory, 0, 4)
    this.number = new Float64Array(memory, 16, 1)
    this.text = Buffer.from(memory, 32)
  }

  write(value) {
    if (typeof value === 'number') {
      this.head[KIND] = 1
      this.number[0] = value
    } else {
      this.head[KIND] = 2
      this.head[LENGTH] = this.text.latin1Write(value, 0)
    }
  }

  read() {
    return this.head[KIND] === 1 ? this.number[0] : this.text.latin1Slice(0, this.head[LENGTH])
  }

  /** Gives the turn to the other side and wakes it. */
  pass(side) {
    Atomics.store(this.head, TURN, side)
    Atomics.notify(this.head, TURN, 1)
  }

  /** Blocks until the turn is this side's. */
  await(side) {
    for (;;) {
      const turn = Atomics.load(this.head, TURN)
      if (turn === side) return
      Atomics.wait(this.head, TURN, turn)
    }
  }
}
