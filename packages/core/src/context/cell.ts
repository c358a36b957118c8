/**
 * The values of all `Local`s in one scope: a mutable cell, since `await` restores the caller's store and a replaced store
 * would be lost, while a changed cell is not. It remembers which keys were set or deleted, and only these travel back.
 */
import type { WireLocals } from '../protocol.js'

/** What is set, keys and values in two lists, and what was deleted. */
export interface CellChanges {
  readonly keys: readonly string[]
  readonly values: readonly unknown[]
  readonly deleted: readonly string[]
  /** The keys by which to send what is there once this is applied to what was sent before. */
  readonly after?: readonly string[] | undefined
  /** Of values that came and could not be decoded: why, by their places. */
  readonly failed?: ReadonlyMap<number, unknown> | undefined
}

/** Stands for a value that came and can't be decoded. Whoever reads that value is told why; the others are not affected. */
export class Unreadable {
  /** Nothing of the user's is asked for it, as `instanceof` would ask a proxy. */
  readonly #isUnreadable = true

  constructor(readonly error: unknown) {}

  static is(value: unknown): value is Unreadable {
    return (
      typeof value === 'object' && value !== null && #isUnreadable in value && value.#isUnreadable
    )
  }
}

const NOTHING: ReadonlyMap<string, unknown> = new Map()
const NONE: readonly string[] = []

/** So many are set at most without a look at the rest: they are searched one by one. */
const MOST_UNSEEN = 16

export class Cell {
  // All made only when they are needed: most calls have no Locals, and few functions look at them.
  #values: Map<string, unknown> | undefined
  #changed: Set<string> | undefined = undefined
  #critical: Map<string, unknown> | undefined = undefined
  readonly #above: Cell | undefined
  /** What it begins with, while nobody has looked. */
  #later: (() => CellChanges) | undefined = undefined
  /** What was set meanwhile. */
  #unseen: { readonly keys: string[]; readonly values: unknown[] } | undefined = undefined
  #snapshot: CellChanges | undefined = undefined
  /** All the values, as they came or were last sent, where nobody can change them in place; forgotten with the next change. */
  sent: WireLocals | undefined = undefined

  /** @param above The cell of the code on this thread that waits for the code of this one: both see the same `threadCritical` values. */
  constructor(values?: Iterable<readonly [string, unknown]>, above?: Cell) {
    this.#values = values && new Map(values)
    this.#above = above
  }

  /**
   * Values that an empty cell begins with, asked for when somebody looks.
   * @param unseen The same to be sent on until then, as whoever looks may change in place what he finds.
   */
  beginLater(values: () => CellChanges, unseen?: CellChanges): void {
    this.#later = values
    this.#snapshot = unseen
  }

  /** Its own cell with the same values: what happens there stays there. */
  fork(): Cell {
    const cell = new Cell(this.values)
    const critical = this.#critical ?? this.#above?.critical
    if (critical) for (const [key, value] of critical) cell.critical.set(key, value)
    return cell
  }

  get values(): ReadonlyMap<string, unknown> {
    return this.#later ? this.#own() : (this.#values ?? NOTHING)
  }

  get isEmpty(): boolean {
    return !this.#later && (this.#values === undefined || this.#values.size === 0)
  }

  get isChanged(): boolean {
    return (this.#changed ?? this.#unseen) !== undefined
  }

  /** Values of `threadCritical` Locals in this scope on a loop: they never leave the thread. */
  get critical(): Map<string, unknown> {
    this.#critical ??= this.#above?.critical ?? new Map()
    return this.#critical
  }

  set critical(values: Map<string, unknown>) {
    this.#critical = values
  }

  set(key: string, value: unknown): void {
    if (this.#later && (this.#unseen?.keys.length ?? 0) < MOST_UNSEEN) {
      this.#forgetSent()
      this.#setUnseen(key, value)
    } else {
      this.#own().set(key, value)
      this.#noteChange(key)
    }
  }

  delete(key: string): void {
    if (this.#own().delete(key)) this.#noteChange(key)
  }

  /** Everything, for the other side to start from: the same lists until something is set or deleted. */
  snapshot(): CellChanges {
    this.#snapshot ??= listsOf(this.values)
    return this.#snapshot
  }

  /** What has been set or deleted since the cell was made. */
  delta(): CellChanges {
    if (this.#unseen)
      return { keys: [...this.#unseen.keys], values: [...this.#unseen.values], deleted: NONE }
    const keys: string[] = []
    const values: unknown[] = []
    const deleted: string[] = []
    for (const key of this.#changed ?? NONE) {
      const value = this.values.get(key)
      if (Unreadable.is(value)) continue
      if (value !== undefined || this.values.has(key)) {
        keys.push(key)
        values.push(value)
      } else deleted.push(key)
    }
    return { keys, values, deleted }
  }

  /** @param sent The keys of the snapshot that came before. */
  apply(changes: CellChanges, sent?: readonly string[]): void {
    const { keys, deleted, after } = changes
    const values = readableValues(changes)
    const isAsSent = sent !== undefined && this.#snapshot?.keys === sent && !this.#later
    for (let index = 0; index < keys.length; index += 1)
      this.set(keys[index] as string, values[index])
    for (const key of deleted) this.delete(key)
    if (after && isAsSent && !values.some(Unreadable.is)) {
      const all = this.values
      this.#snapshot = { keys: after, values: after.map((key) => all.get(key)), deleted: NONE }
    }
  }

  #noteChange(key: string): void {
    this.#forgetSent()
    this.#changed ??= new Set()
    this.#changed.add(key)
  }

  #forgetSent(): void {
    this.sent = undefined
    this.#snapshot = undefined
  }

  #setUnseen(key: string, value: unknown): void {
    this.#unseen ??= { keys: [], values: [] }
    const { keys, values } = this.#unseen
    const place = keys.indexOf(key)
    if (place < 0) {
      keys.push(key)
      values.push(value)
    } else values[place] = value
  }

  #own(): Map<string, unknown> {
    if (this.#later) this.#look(this.#later)
    this.#values ??= new Map()
    return this.#values
  }

  #look(later: () => CellChanges): void {
    const all = new Map<string, unknown>()
    const snapshot = this.#snapshot
    // Codecs of the user's may ask for a value while they decode one: they find none, and not themselves again.
    this.#later = undefined
    this.#values = all
    try {
      const began = later()
      const { keys } = began
      const values = readableValues(began)
      for (let index = 0; index < keys.length; index += 1)
        all.set(keys[index] as string, values[index])
    } catch (error) {
      // The stack has ended: whoever looks next, with more of it, finds all of them. No function is called here.
      this.#later = later
      this.#values = undefined
      this.#snapshot = snapshot
      throw error
    }
    this.#snapshot = undefined
    const set = this.#unseen
    this.#unseen = undefined
    if (set) this.apply({ ...set, deleted: NONE })
  }
}

function readableValues({ values, failed }: CellChanges): readonly unknown[] {
  if (!failed || failed.size === 0) return values
  return values.map((value, index) =>
    failed.has(index) ? new Unreadable(failed.get(index)) : value,
  )
}

/** What can't be read here is not passed on either. */
function listsOf(values: ReadonlyMap<string, unknown>): CellChanges {
  const keys = [...values.keys()]
  const list = [...values.values()]
  if (!list.some(Unreadable.is)) return { keys, values: list, deleted: NONE }
  const isKept = (_: unknown, index: number) => !Unreadable.is(list[index])
  return { keys: keys.filter(isKept), values: list.filter(isKept), deleted: NONE }
}
