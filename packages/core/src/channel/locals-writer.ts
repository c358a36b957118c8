/** Writes the `Local`s of calls and outcomes: what the reader has kept of them is not written again (`written-locals.ts`). */
import type { ThreadAddress, WireLocals } from '../protocol.js'
import type { PlainWriter } from './plain-writer.js'
import type { ReadLocals } from './read-locals.js'
import { type Introduce, RecordWriter } from './record-writer.js'
import * as wire from './wire-format.js'
import { WrittenLocals } from './written-locals.js'

/** The `Local`s of the calls of this side, and of those of the other: who reads and who writes must both know of both. */
export interface LaneLocals {
  readonly written: WrittenLocals
  readonly read: ReadLocals
}

export class LocalsWriter extends RecordWriter {
  protected readonly callLocals: WrittenLocals
  protected readonly changedLocals = new WrittenLocals()
  protected readonly takenLocals: ReadLocals

  constructor(
    bytes: Buffer,
    plain: PlainWriter,
    ends: { here: ThreadAddress; peer: ThreadAddress },
    introduce: Introduce,
    { written, read }: LaneLocals,
  ) {
    super(bytes, plain, ends, introduce)
    this.callLocals = written
    this.takenLocals = read
  }

  /** What was written last does not reach the reader. */
  protected forgetLocals(): void {
    this.callLocals.forget()
    this.changedLocals.forget()
  }

  /** `Local`s have the same few names again and again, and long ones. */
  protected knowsKeys(locals: WireLocals, before: WrittenLocals): boolean {
    const { keys, deleted } = locals
    if (!before.has(locals) && !before.hasKeys(keys))
      for (const key of keys) if (!this.knows(key)) return false
    for (const key of deleted) if (!this.knows(key)) return false
    return true
  }

  /** Those of a call. @returns their flags, or 0 where they are declined. */
  protected allLocals(locals: WireLocals): number {
    const before = this.callLocals
    if (!before.has(locals)) {
      const flags = this.locals(locals, before)
      before.keep(locals)
      return flags
    }
    let flags = wire.SAME_LOCALS
    if (before.isAfterOutcome(locals)) {
      flags |= wire.AFTER_OUTCOME
      before.keep(locals)
    }
    const objects = before.objectsIn(locals)
    if (objects.length === 0) return flags
    const start = this.at
    if (!this.list(objects)) return 0
    if (!before.isSame(this.words, start >> 2, this.at >> 2)) return flags | wire.LOCALS
    this.at = start
    return flags
  }

  protected locals({ keys, values, deleted }: WireLocals, before: WrittenLocals): number {
    const { value, marks, nodes } = values
    let flags = wire.LOCALS
    if (before.hasKeys(keys)) flags |= wire.SAME_KEYS
    else if (!this.#keys(keys)) return 0
    if (deleted.length > 0) {
      flags |= wire.DELETED_KEYS
      if (!this.#keys(deleted)) return 0
    }
    if (!this.list(value as readonly unknown[])) return 0
    if (!this.marks(values)) return 0
    if (marks) flags |= wire.MARKED_LOCALS
    return nodes ? flags | wire.NODES_IN_LOCALS : flags
  }

  #keys(keys: readonly string[]): boolean {
    // Words are written without asking for room, which all the others together can't use up.
    if (this.at + 4 * (keys.length + 2) > this.end) return false
    this.word(keys.length)
    for (const key of keys) this.word(this.numberOf(key))
    return true
  }
}
