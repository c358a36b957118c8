/** What the threads of one program share: a log in the order in which things happened, and latches. */

/** What is written, and by which number. */
export const KINDS = ['call', 'released', 'hook', 'hook done', 'hook refused', 'late refused']

const [COUNT, HEADER, FIELDS, CAPACITY] = [0, 1, 3, 600]
const LATCHES = HEADER + FIELDS * CAPACITY
/** More than any program's numbers. */
const MOST_IDS = 1000
const PATIENCE_MS = 30_000

export class ProgramLog {
  #slots

  constructor(memory = new SharedArrayBuffer(4 * (LATCHES + MOST_IDS))) {
    this.memory = memory
    this.#slots = new Int32Array(memory)
  }

  write(kind, id, thread) {
    const index = Atomics.add(this.#slots, COUNT, 1)
    if (index >= CAPACITY) return
    const at = HEADER + FIELDS * index
    this.#slots.set([id, thread], at + 1)
    // Last: whoever sees the kind finds the rest. The system may stop this thread in the middle of an entry.
    Atomics.store(this.#slots, at, KINDS.indexOf(kind) + 1)
  }

  /** @returns {{ kind: string, id: number, thread: number }[]} Those that are complete. */
  read() {
    const entries = []
    const count = Math.min(Atomics.load(this.#slots, COUNT), CAPACITY)
    for (let at = HEADER; at < HEADER + FIELDS * count; at += FIELDS) {
      const kind = KINDS[Atomics.load(this.#slots, at) - 1]
      if (kind) entries.push({ kind, id: this.#slots[at + 1], thread: this.#slots[at + 2] })
    }
    return entries
  }

  open(id) {
    Atomics.store(this.#slots, LATCHES + id, 1)
    Atomics.notify(this.#slots, LATCHES + id)
  }

  isOpen(id) {
    return Atomics.load(this.#slots, LATCHES + id) === 1
  }

  /** Blocks the thread. */
  wait(id) {
    if (Atomics.wait(this.#slots, LATCHES + id, 0, PATIENCE_MS) === 'timed-out')
      throw new Error(`nobody opened the latch ${id}`)
  }
}
