/** Reads what `message-writer.ts` wrote: one record after the other, in order, as each may have taught things to the next. */
import { NO_CHANGES } from '../codec/clone-failure.js'
import { assertHeadroom } from '../codec/headroom.js'
import { keyText } from '../context/key-text.js'
import type {
  CallMessage,
  CallName,
  FrameRef,
  FunctionRef,
  Message,
  Outcome,
  OutcomeMessage,
  Target,
  ThreadAddress,
  WireLocals,
  WireStorage,
  WireStorageChange,
  WireValue,
} from '../protocol.js'
import { checkMessage } from './check-message.js'
import type { LaneLocals } from './locals-writer.js'
import { malformed } from './malformed.js'
import type { PlainReader } from './plain-reader.js'
import { ReadLocals } from './read-locals.js'
import { MAX_RECORD } from './ring.js'
import * as wire from './wire-format.js'
import type { WrittenLocals } from './written-locals.js'

/** Shared by all messages that have none, and never changed. */
const NO_FRAMES: readonly FrameRef[] = []
const { locals: NO_LOCALS, storages: NO_STORAGES } = NO_CHANGES
/** Calls of a small function that take as much stack as reading one level of a value. */
const FRAMES_A_LEVEL = 8
/** The targets that are told by their name alone. */
const PLACES = wire.TARGETS.map((by) => ({ by }) as Target)

export class MessageReader {
  readonly #words: Int32Array
  readonly #plain: PlainReader
  readonly #here: ThreadAddress
  readonly #peer: ThreadAddress
  readonly #introduced: unknown[]
  readonly #callLocals: ReadLocals
  readonly #changedLocals = new ReadLocals()
  readonly #sentLocals: WrittenLocals
  /** Where the next word, or the next value, lies. */
  #at = 0
  /** Whether a record has been read in part. */
  #isOpen = false

  constructor(
    bytes: Buffer,
    plain: PlainReader,
    { here, peer }: { here: ThreadAddress; peer: ThreadAddress },
    { written, read }: LaneLocals,
  ) {
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2)
    this.#plain = plain
    this.#here = here
    this.#peer = peer
    this.#introduced = [peer, here]
    this.#callLocals = read
    this.#sentLocals = written
  }

  isIntroduction(at: number): boolean {
    return ((this.#words[at >> 2] ?? 0) & wire.KIND_BITS) === wire.INTRODUCTION
  }

  /** Whether something that came by port belongs to it. */
  isAccompanied(at: number): boolean {
    return ((this.#words[at >> 2] ?? 0) & wire.ACCOMPANIED) !== 0
  }

  /** Whether it is the notice of a message that came by port. */
  isNotice(at: number): boolean {
    return (
      ((this.#words[at >> 2] ?? 0) & (wire.KIND_BITS | wire.NOTICE)) ===
      (wire.GENERIC | wire.NOTICE)
    )
  }

  notice(at: number): unknown {
    this.#begin(false)
    this.#at = at + 4
    const notice = this.#value()
    this.#isOpen = false
    return notice
  }

  /** Most values are nested so little that whoever could block can read them. @throws RangeError */
  assertReadable(at: number): void {
    const nested = ((this.#words[at >> 2] ?? 0) >>> wire.NESTED_SHIFT) & wire.NESTED_BITS
    if (nested > 0) assertHeadroom((wire.NESTED_LEVELS[nested] as number) * FRAMES_A_LEVEL)
  }

  /**
   * @param moved What came by port beside it.
   * @returns undefined for an introduction, which is no message.
   */
  read(at: number, moved?: readonly unknown[]): Message | undefined {
    this.#begin(((this.#words[at >> 2] ?? 0) & (wire.LOCALS | wire.SAME_LOCALS)) !== 0)
    this.#plain.moved = moved
    const message = this.#read(at)
    this.#isOpen = false
    // Not held any longer: it may be large, and the next message late.
    this.#plain.moved = undefined
    return message
  }

  /**
   * What a record teaches counts once all of it has been read. The stack may end in the middle, and the record is read once more; then
   * what it has taught is taken back first. Not at once, in a `catch`: with no stack left, that could fail, too.
   */
  #begin(hasLocals: boolean): void {
    if (this.#isOpen) {
      this.#plain.rewind()
      if (hasLocals) {
        this.#callLocals.rewind()
        this.#changedLocals.rewind()
        this.#sentLocals.rewind()
      }
    }
    this.#plain.begin()
    if (hasLocals) {
      this.#callLocals.begin()
      this.#changedLocals.begin()
      this.#sentLocals.begin()
    }
    this.#isOpen = true
  }

  #read(at: number): Message | undefined {
    this.#at = at + 4
    const flags = this.#words[at >> 2] ?? 0
    switch (flags & wire.KIND_BITS) {
      case wire.CALL:
        return this.#call(flags)
      case wire.OUTCOME:
        return this.#outcome(flags)
      case wire.INTRODUCTION:
        this.#introduce(this.#word())
        return undefined
      default:
        return checkMessage(this.#value())
    }
  }

  /** Numbers follow each other. The first one, given a second time, begins the table anew. */
  #introduce(number: number): void {
    if (number === wire.FIRST_INTRODUCED) this.#introduced.length = number
    if (number !== this.#introduced.length) malformed(`something is introduced as number ${number}`)
    const thing = this.#value()
    this.#introduced.push(typeof thing === 'string' ? keyText(thing) : thing)
  }

  #call(flags: number): CallMessage {
    const id = this.#word()
    const ref = this.#ref()
    const isFar = (flags & wire.FAR) !== 0
    const to = isFar ? this.#address() : this.#here
    const from = isFar ? this.#address() : this.#peer
    const by = (flags >> wire.TARGET_SHIFT) & wire.TARGET_BITS
    let target = PLACES[by] ?? malformed(`it is for the unknown place ${by}`)
    if (target.by === 'frame') {
      target = { by: 'frame', frame: this.#word(), outermost: this.#word() || undefined }
    } else if ((flags & wire.CLAIM) !== 0) {
      target = { by: 'thread', claim: this.#word() }
    }
    const chain = (flags & wire.CHAIN) === 0 ? NO_FRAMES : this.#chain()
    const loop = (flags & wire.LOOP_ELSEWHERE) === 0 ? this.#peer : this.#address()
    const parent = (flags & wire.PARENT) === 0 ? undefined : this.#name()
    const origin = (flags & wire.ORIGIN) === 0 ? undefined : this.#name()
    if (target.by === 'context') target = { by: 'context', context: this.#value() as string }
    else if (target.by === 'home') target = { by: 'home', thread: this.#value() as string }
    const context = (flags & wire.CONTEXT) === 0 ? undefined : (this.#value() as string)
    const locals = this.#allLocals(flags, isFar ? wire.NO_CALL : id)
    const storages = this.#storages(flags) as readonly WireStorage[]
    return {
      kind: 'call',
      to,
      from,
      id,
      target,
      request: {
        mode: (flags & wire.ASYNC) === 0 ? 'sync' : 'async',
        ref,
        args: this.#arguments(flags),
        hasThis: (flags & wire.HAS_THIS) !== 0,
        scope: { chain, loop, context, locals, storages },
        parent,
        origin,
        timed: (flags & wire.TIMED) !== 0,
      },
    }
  }

  #outcome(flags: number): OutcomeMessage {
    const id = this.#word()
    const isFar = (flags & wire.FAR) !== 0
    const to = isFar ? this.#address() : this.#here
    const from = isFar ? this.#address() : this.#peer
    return {
      kind: 'outcome',
      to,
      from,
      id,
      outcome: this.#whatCameOfIt(flags, isFar ? wire.NO_CALL : id),
    }
  }

  #whatCameOfIt(flags: number, id: number): Outcome {
    if ((flags & wire.REFUSED) !== 0) return { ok: 'refused' }
    const value = this.#marked([this.#value()], flags)
    const ran = (flags & wire.TIMED) === 0 ? undefined : (this.#value() as number)
    const changes =
      (flags & (wire.LOCALS | wire.STORAGES)) === 0
        ? NO_CHANGES
        : {
            locals: (flags & wire.LOCALS) === 0 ? NO_LOCALS : this.#broughtBack(flags, id),
            storages: this.#storages(flags) as readonly WireStorageChange[],
          }
    return (flags & wire.OK) === 0
      ? { ok: false, error: value, changes, ran }
      : { ok: true, value, changes, ran }
  }

  #arguments(flags: number): WireValue {
    switch ((flags >> wire.ARGUMENTS_SHIFT) & wire.ARGUMENTS_BITS) {
      case wire.NO_ARGUMENTS:
        return this.#marked([], flags)
      case wire.ONE_ARGUMENT:
        return this.#marked([this.#value()], flags)
      default:
        return this.#marked(this.#list(), flags)
    }
  }

  #marked(value: unknown[], flags: number): WireValue {
    const marks =
      (flags & wire.MARKS) === 0 ? undefined : (this.#value() as NonNullable<WireValue['marks']>)
    const nodes = (flags & wire.NODES) === 0 ? undefined : this.#nodes()
    const { moved } = this.#plain
    if (moved) return { value, marks, nodes, moved: moved as WireValue['moved'] }
    return marks ? { value, marks, nodes } : { value }
  }

  /** Those of a call. */
  #allLocals(flags: number, id: number): WireLocals {
    const before = this.#callLocals
    const isNew = (flags & wire.LOCALS) !== 0
    if ((flags & wire.SAME_LOCALS) === 0) {
      if (!isNew) return NO_LOCALS
      before.noteCall(id)
      return before.keep(this.#locals(flags, before))
    }
    const isAfter = (flags & wire.AFTER_OUTCOME) !== 0
    if (isAfter) before.keepAfterOutcome()
    before.noteCall(id)
    if (isNew) return before.sameWith(this.#list())
    return isAfter ? before.sameWith([]) : before.same()
  }

  #broughtBack(flags: number, id: number): WireLocals {
    const locals = this.#locals(flags, this.#changedLocals)
    const after = this.#sentLocals.noteOutcome(id, locals)
    return after ? { ...locals, after } : locals
  }

  #locals(flags: number, before: ReadLocals): WireLocals {
    const keys = (flags & wire.SAME_KEYS) === 0 ? this.#keys() : before.sameKeys()
    before.keepKeys(keys)
    const deleted = (flags & wire.DELETED_KEYS) === 0 ? NO_LOCALS.deleted : this.#keys()
    const value = this.#list()
    if (value.length !== keys.length)
      malformed(`it has ${value.length} values for ${keys.length} keys`)
    const marks =
      (flags & wire.MARKED_LOCALS) === 0 ? undefined : (this.#value() as WireValue['marks'])
    const nodes = (flags & wire.NODES_IN_LOCALS) === 0 ? undefined : this.#nodes()
    return { keys, values: marks ? { value, marks, nodes } : { value }, deleted }
  }

  #nodes(): WireValue['nodes'] {
    return this.#list() as WireValue['nodes']
  }

  #keys(): string[] {
    const keys = new Array<string>(this.#count())
    for (let index = 0; index < keys.length; index += 1) keys[index] = this.#text()
    return keys
  }

  #storages(flags: number): readonly unknown[] {
    return (flags & wire.STORAGES) === 0 ? NO_STORAGES : this.#list()
  }

  #chain(): FrameRef[] {
    const chain = new Array<FrameRef>(this.#count())
    for (let index = 0; index < chain.length; index += 1)
      chain[index] = {
        thread: this.#address(),
        frame: this.#word(),
        outermost: this.#word() || undefined,
      }
    return chain
  }

  #name(): CallName {
    return { from: this.#address(), id: this.#word() }
  }

  #address(): ThreadAddress {
    return this.#text()
  }

  #text(): string {
    const thing = this.#introduced[this.#word()]
    return typeof thing === 'string' ? thing : malformed('it names something that is no text')
  }

  #ref(): FunctionRef {
    const thing = this.#introduced[this.#word()]
    return typeof thing === 'object' && thing !== null
      ? (thing as FunctionRef)
      : malformed('it names something that is no function')
  }

  #count(): number {
    const count = this.#word()
    return count <= MAX_RECORD >> 2 ? count : malformed(`${count} things are said to follow`)
  }

  #list(): unknown[] {
    const value = this.#value()
    return Array.isArray(value) ? value : malformed('it has no list where one belongs')
  }

  #value(): unknown {
    const value = this.#plain.read(this.#at)
    this.#at = this.#plain.end
    return value
  }

  #word(): number {
    const word = this.#words[this.#at >> 2] ?? 0
    this.#at += 4
    return word
  }
}
