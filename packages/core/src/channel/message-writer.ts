/**
 * Writes messages into a ring's memory. Calls and outcomes, which are nearly all of them, have a layout of their own
 * (`wire-format.ts`); their values, and all other messages, are plain data (`plain-writer.ts`). What is not plain is declined,
 * and goes by port. The other side is {@link file://./message-reader.ts}.
 */
import type { Transferable } from 'node:worker_threads'
import type {
  CallMessage,
  CallName,
  FrameRef,
  Message,
  Outcome,
  OutcomeMessage,
  WireValue,
} from '../protocol.js'
import { LocalsWriter } from './locals-writer.js'
import type { Notice } from './notice.js'
import { IS_DECLINED, LACKS_ROOM } from './plain-writer.js'
import * as wire from './wire-format.js'

/** A longer chain takes the generic way: its words are written without asking for room. */
const MOST_FRAMES = 1000
const NOTHING: readonly Transferable[] = []

export class MessageWriter extends LocalsWriter {
  /**
   * Sees to it that the reader knows what the message means by number. To be called before the record of the message is begun:
   * an introduction is a record of its own.
   * @returns false where the message must take the generic way.
   */
  prepare(message: Message): boolean {
    this.renewIntroductions()
    if (message.kind === 'call') return this.#prepareCall(message)
    return message.kind !== 'outcome' || this.#prepareOutcome(message)
  }

  /**
   * @param moved What is sent by port beside the record.
   * @returns the length, or one of the negative numbers of `PlainWriter.write`.
   */
  write(
    message: Message,
    at: number,
    size: number,
    isPrepared: boolean,
    moved: readonly Transferable[] = NOTHING,
  ): number {
    this.at = at + 4
    this.end = at + size
    this.lacksRoom = false
    this.plain.begin(moved.length > 0 ? moved : undefined)
    const isWritten =
      isPrepared && message.kind === 'call'
        ? this.#call(message, at)
        : isPrepared && message.kind === 'outcome'
          ? this.#outcome(message, at)
          : this.#generic(message, at)
    this.plain.letGo()
    if (!isWritten) {
      this.forget()
      return this.lacksRoom ? LACKS_ROOM : IS_DECLINED
    }
    this.#mark(at, moved.length > 0 ? wire.ACCOMPANIED : 0)
    return this.at - at
  }

  /** @returns the length, or a negative number. */
  writeNotice(notice: Notice, at: number, size: number): number {
    this.at = at + 4
    this.end = at + size
    this.plain.begin()
    this.words[at >> 2] = wire.GENERIC | wire.NOTICE
    if (!this.value(notice)) {
      this.plain.forget()
      return IS_DECLINED
    }
    this.#mark(at, wire.ACCOMPANIED)
    return this.at - at
  }

  /** What the reader must know before it reads anything: what comes by port, and how much stack it needs. */
  #mark(at: number, accompanied: number): void {
    const { deepest } = this.plain
    const nested = wire.NESTED_LEVELS.findIndex((levels) => deepest <= levels)
    this.words[at >> 2] =
      (this.words[at >> 2] as number) | accompanied | (nested << wire.NESTED_SHIFT)
  }

  /** What was written last is not sent: what it taught must be taught again. */
  forget(): void {
    this.plain.forget()
    this.forgetLocals()
  }

  writeIntroduction(number: number, thing: object | string, at: number, size: number): number {
    this.at = at + 4
    this.end = at + size
    this.plain.begin()
    this.words[at >> 2] = wire.INTRODUCTION
    this.word(number)
    if (this.value(thing)) return this.at - at
    this.plain.forget()
    return -1
  }

  #prepareCall(message: CallMessage): boolean {
    const { ref, args, scope, parent, origin, trace } = message.request
    // Seldom, so it is not worth a place in the layout.
    if (trace !== undefined) return false
    if (args.deep || scope.locals.values.deep || !this.knows(ref)) return false
    if (!this.isNear(message) && !(this.knows(message.to) && this.knows(message.from))) return false
    if (scope.loop !== this.here && !this.knows(scope.loop)) return false
    if (scope.chain.length > MOST_FRAMES) return false
    for (const { thread } of scope.chain) if (!this.knows(thread)) return false
    return (
      (!parent || this.knows(parent.from)) &&
      (!origin || this.knows(origin.from)) &&
      this.knowsKeys(scope.locals, this.callLocals)
    )
  }

  #prepareOutcome(message: OutcomeMessage): boolean {
    const { outcome } = message
    if (isDeep(outcome) || (outcome.ok !== 'refused' && outcome.thread)) return false
    if (!this.isNear(message) && !(this.knows(message.to) && this.knows(message.from))) return false
    return outcome.ok === 'refused' || this.knowsKeys(outcome.changes.locals, this.changedLocals)
  }

  #generic(message: Message, at: number): boolean {
    this.words[at >> 2] = wire.GENERIC
    return this.value(message)
  }

  #call(message: CallMessage, at: number): boolean {
    const { id, target, request } = message
    const { ref, args, scope, parent, origin } = request
    const { chain, context, storages } = scope
    let flags = wire.CALL | (wire.TARGET_NUMBERS[target.by] << wire.TARGET_SHIFT)
    this.word(id)
    this.word(this.numberOf(ref))
    flags |= this.#addresses(message)
    if (request.mode === 'async') flags |= wire.ASYNC
    if (request.timed) flags |= wire.TIMED
    if (request.hasThis) flags |= wire.HAS_THIS
    if (target.by === 'frame') {
      this.word(target.frame)
      this.word(target.outermost ?? 0)
    } else if (target.by === 'thread' && target.claim !== undefined) {
      flags |= wire.CLAIM
      this.word(target.claim)
    }
    if (chain.length > 0) {
      flags |= wire.CHAIN
      this.word(chain.length)
      for (const frame of chain) this.#frame(frame)
    }
    if (scope.loop !== this.here) {
      flags |= wire.LOOP_ELSEWHERE
      this.word(this.numberOf(scope.loop))
    }
    if (parent) {
      flags |= wire.PARENT
      this.#name(parent)
    }
    if (origin) {
      flags |= wire.ORIGIN
      this.#name(origin)
    }
    // Words end here, and values begin, which lie where they fall.
    if (target.by === 'context' && !this.value(target.context)) return false
    if (target.by === 'home' && !this.value(target.thread)) return false
    if (context !== undefined) {
      flags |= wire.CONTEXT
      if (!this.value(context)) return false
    }
    if (scope.locals.keys.length > 0) {
      const of = this.allLocals(scope.locals)
      if (of === 0) return false
      this.callLocals.noteCall(this.isNear(message) ? id : wire.NO_CALL)
      flags |= of
    }
    if (storages.length > 0) {
      flags |= wire.STORAGES
      if (!this.value(storages)) return false
    }
    const values = args.value as readonly unknown[]
    const count = values.length
    if (args.marks) flags |= wire.MARKS
    if (args.nodes) flags |= wire.NODES
    if (count === 1) flags |= wire.ONE_ARGUMENT << wire.ARGUMENTS_SHIFT
    else if (count > 1) flags |= wire.ARGUMENTS << wire.ARGUMENTS_SHIFT
    this.words[at >> 2] = flags
    return (
      (count === 0 || (count === 1 ? this.value(values[0]) : this.list(values))) && this.marks(args)
    )
  }

  #outcome(message: OutcomeMessage, at: number): boolean {
    const { id, outcome } = message
    let flags = wire.OUTCOME
    this.word(id)
    flags |= this.#addresses(message)
    if (outcome.ok === 'refused') {
      this.words[at >> 2] = flags | wire.REFUSED
      return true
    }
    if (outcome.ok) flags |= wire.OK
    const result: WireValue = outcome.ok ? outcome.value : outcome.error
    const { locals, storages } = outcome.changes
    if (result.marks) flags |= wire.MARKS
    if (result.nodes) flags |= wire.NODES
    if (outcome.ran !== undefined) flags |= wire.TIMED
    if (storages.length > 0) flags |= wire.STORAGES
    const isWritten =
      this.value((result.value as readonly unknown[])[0]) &&
      this.marks(result) &&
      (outcome.ran === undefined || this.value(outcome.ran))
    if (!isWritten) return false
    if (locals.keys.length > 0 || locals.deleted.length > 0) {
      const of = this.locals(locals, this.changedLocals)
      if (of === 0) return false
      this.changedLocals.keepKeys(locals.keys)
      if (this.isNear(message)) this.takenLocals.noteOutcome(id, locals)
      flags |= of
    }
    this.words[at >> 2] = flags
    return storages.length === 0 || this.value(storages)
  }

  #addresses(message: Message): number {
    if (this.isNear(message)) return 0
    this.word(this.numberOf(message.to))
    this.word(this.numberOf(message.from))
    return wire.FAR
  }

  #frame({ thread, frame, outermost }: FrameRef): void {
    this.word(this.numberOf(thread))
    this.word(frame)
    this.word(outermost ?? 0)
  }

  #name({ from, id }: CallName): void {
    this.word(this.numberOf(from))
    this.word(id)
  }
}

/** Below its values something was replaced: only structured clone keeps it together. */
function isDeep(outcome: Outcome): boolean {
  if (outcome.ok === 'refused') return false
  const { deep } = outcome.ok ? outcome.value : outcome.error
  return deep !== undefined || outcome.changes.locals.values.deep !== undefined
}
