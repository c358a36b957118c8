/**
 * The values of all `Local`s in one scope: a mutable cell, since `await` restores the caller's store and a replaced store
 * would be lost, while a changed cell is not. It remembers which keys were set or deleted, and only these travel back.
 */
/** What is set, and what was deleted. */
export interface CellChanges {
  readonly set: ReadonlyArray<readonly [key: string, value: unknown]>
  readonly deleted: readonly string[]
}

export class Cell {
  readonly #values: Map<string, unknown>
  readonly #changed = new Set<string>()
  /** Values of `threadCritical` Locals in this scope on a loop: they never leave the thread. */
  critical = new Map<string, unknown>()

  constructor(values: Iterable<readonly [string, unknown]> = []) {
    this.#values = new Map(values)
  }

  /** Sets values that count as there from the start. */
  begin(values: Iterable<readonly [string, unknown]>): void {
    for (const [key, value] of values) this.#values.set(key, value)
  }

  /** Its own cell with the same values: what happens there stays there. */
  fork(): Cell {
    const cell = new Cell(this.#values)
    for (const [key, value] of this.critical) cell.critical.set(key, value)
    return cell
  }

  get values(): ReadonlyMap<string, unknown> {
    return this.#values
  }

  set(key: string, value: unknown): void {
    this.#values.set(key, value)
    this.#changed.add(key)
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#changed.add(key)
  }

  /** Everything, for the other side to start from. */
  snapshot(): CellChanges {
    return { set: [...this.#values], deleted: [] }
  }

  /** What has been set or deleted since the cell was made. */
  delta(): CellChanges {
    const set: Array<readonly [string, unknown]> = []
    const deleted: string[] = []
    for (const key of this.#changed) {
      if (this.#values.has(key)) set.push([key, this.#values.get(key)])
      else deleted.push(key)
    }
    return { set, deleted }
  }

  apply(delta: CellChanges): void {
    for (const [key, value] of delta.set) this.set(key, value)
    for (const key of delta.deleted) this.delete(key)
  }
}
