/** What the `Local` of a tree holds in one scope, as the contract has it. 0 is nothing; null is what can't be known. */
import { KEYS } from './tree-memory.js'

export class PredictedCell {
  #values
  #changed = new Set()
  /** Keys that a concurrent branch may write meanwhile. */
  #volatile = []

  constructor(values = Array(KEYS).fill(0)) {
    this.#values = values
  }

  /** What code in this scope sees now. */
  look() {
    return this.#values.map((value, key) =>
      this.#volatile.some((keys) => keys.has(key)) ? null : value,
    )
  }

  set(key, value) {
    this.#values[key] = value
    this.#changed.add(key)
  }

  delete(key) {
    if (this.#values[key] !== 0) this.set(key, 0)
  }

  /** The same values; what changes in one does not in the other. */
  fork() {
    return new PredictedCell(this.look())
  }

  /** Only what a call has set or deleted comes back. */
  takeBack(cell) {
    for (const key of cell.#changed) this.set(key, cell.#values[key])
  }

  /** @param {Set<number>[]} written What each branch may write. */
  concurrently(written, run) {
    for (const index of written.keys()) {
      const others = union(written.filter((_, other) => other !== index))
      this.#volatile.push(others)
      run(index)
      this.#volatile.splice(this.#volatile.indexOf(others), 1)
    }
    for (let key = 0; key < KEYS; key += 1) {
      if (written.filter((keys) => keys.has(key)).length > 1) this.#values[key] = null
    }
  }
}

/** The keys that steps may write in the scope that they stand in. */
export function writtenBy(steps, inContext) {
  return union(
    steps.map((step) => {
      switch (step.do) {
        case 'set':
        case 'delete':
          return new Set([step.key])
        case 'scope':
          return new Set()
        case 'context':
          // A context inside another one is no scope of its own.
          return inContext ? writtenBy(step.steps, inContext) : new Set()
        case 'all':
          return union(step.branches.map((branch) => writtenBy(branch, inContext)))
        case 'abort':
          return writtenBy([step.call, ...(step.blocker ? [step.blocker] : [])], inContext)
        default:
          return writtenBy(step.node?.steps ?? step.steps ?? [], inContext)
      }
    }),
  )
}

function union(sets) {
  return new Set(sets.flatMap((set) => [...set]))
}
