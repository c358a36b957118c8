/**
 * The values of all `Local`s in one scope: a mutable cell, since `await` restores the caller's store and a replaced store
 * would be lost, while a changed cell is not. It remembers which keys were set or deleted, and only these travel back.
 */
import type { WireLocals } from '../protocol.js'

/** What is set, and what was deleted. */
export interface CellChanges {
  readonly set: ReadonlyArray<readonly [key: string, value: unknown]>
  readonly deleted: readonly string[]
}

type Entries = Iterable<readonly [string, unknown]>

const NOTHING: ReadonlyMap<string, unknown> = new Map()

export class Cell {
  // All made only when they are needed: most calls have no Locals, and few functions look at them.
  #values: Map<string, unknown> | undefined
  #changed: Set<string> | undefined = undefined
  #critical: Map<string, unknown> | undefined = undefined
  #later: (() => Entries) | undefined = undefined
  /** All the values, as they came or were last sent, where nobody can change them in place; forgotten with the next change. */
  sent: WireLocals | undefined = undefined

  constructor(values?: Entries) {
    this.#values = values && new Map(values)
  }

  /** Sets values that count as there from the start. */
  begin(values: Entries): void {
    const own = this.#own()
    for (const [key, value] of values) own.set(key, value)
  }

  /** The same, asked for when somebody looks. */
  beginLater(values: () => Entries): void {
    this.#later = values
  }

  /** Its own cell with the same values: what happens there stays there. */
  fork(): Cell {
    const cell = new Cell(this.values)
    if (this.#critical) for (const [key, value] of this.#critical) cell.critical.set(key, value)
    return cell
  }

  get values(): ReadonlyMap<string, unknown> {
    return this.#later ? this.#own() : (this.#values ?? NOTHING)
  }

  get isEmpty(): boolean {
    return !this.#later && (this.#values === undefined || this.#values.size === 0)
  }

  get isChanged(): boolean {
    return this.#changed !== undefined && this.#changed.size > 0
  }

  /** Values of `threadCritical` Locals in this scope on a loop: they never leave the thread. */
  get critical(): Map<string, unknown> {
    this.#critical ??= new Map()
    return this.#critical
  }

  set critical(values: Map<string, unknown>) {
    this.#critical = values
  }

  set(key: string, value: unknown): void {
    this.#own().set(key, value)
    this.#noteChange(key)
  }

  delete(key: string): void {
    if (this.#own().delete(key)) this.#noteChange(key)
  }

  /** Everything, for the other side to start from. */
  snapshot(): CellChanges {
    return { set: [...this.values], deleted: [] }
  }

  /** What has been set or deleted since the cell was made. */
  delta(): CellChanges {
    const set: Array<readonly [string, unknown]> = []
    const deleted: string[] = []
    for (const key of this.#changed ?? []) {
      if (this.values.has(key)) set.push([key, this.values.get(key)])
      else deleted.push(key)
    }
    return { set, deleted }
  }

  apply(delta: CellChanges): void {
    for (const [key, value] of delta.set) this.set(key, value)
    for (const key of delta.deleted) this.delete(key)
  }

  #noteChange(key: string): void {
    this.sent = undefined
    this.#changed ??= new Set()
    this.#changed.add(key)
  }

  #own(): Map<string, unknown> {
    this.#values ??= new Map()
    const later = this.#later
    if (later) {
      this.#later = undefined
      for (const [key, value] of later()) this.#values.set(key, value)
    }
    return this.#values
  }
}
