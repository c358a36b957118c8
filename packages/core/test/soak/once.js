/**
 * Proof that nothing is lost and nothing doubled: each call gets a slot in memory that all threads share, to which whoever runs it
 * adds one. What succeeded has run once; what failed, once at most; also long after it was answered.
 */
const SLOTS = 2 ** 20
const IS_FAILED = 1
const IS_OK = 2

export class Once {
  memory = new SharedArrayBuffer(SLOTS)
  #ran = new Uint8Array(this.memory)
  #ends = new Uint8Array(SLOTS)
  #next = 0
  /** What was found wrong. */
  faults = []

  /** @returns a slot; whoever had it before is looked at once more. */
  take() {
    const slot = this.#next
    this.#next = (this.#next + 1) % SLOTS
    this.#check(slot)
    this.#ends[slot] = 0
    Atomics.store(this.#ran, slot, 0)
    return slot
  }

  /** The call of this slot has been answered. */
  end(slot, isOk) {
    if (this.#ends[slot] !== 0) this.faults.push(`slot ${slot} was answered twice`)
    this.#ends[slot] = isOk ? IS_OK : IS_FAILED
    this.#check(slot)
  }

  checkAll() {
    for (let slot = 0; slot < SLOTS; slot += 1) this.#check(slot)
  }

  #check(slot) {
    const end = this.#ends[slot]
    const times = Atomics.load(this.#ran, slot)
    if ((end === IS_OK && times !== 1) || times > 1)
      this.faults.push(`a call that ${end === IS_OK ? 'succeeded' : 'failed'} ran ${times} times`)
  }
}
