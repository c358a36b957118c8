/**
 * The channel between a thread and its maker: plain messages go through a ring in shared memory, all others through a
 * MessagePort, and both together arrive in the order they were posted. Each message has a number; whichever of the two holds
 * the next number is read next.
 *
 * A reader that sleeps is woken by its bell, or, in its event loop, by an empty port message (see Bell).
 */
import type { MessagePort, Transferable } from 'node:worker_threads'
import { completeMessage, noteMoved } from '../codec/wire-list.js'
import type { Message, ThreadAddress } from '../protocol.js'
import type { Bell } from './bell.js'
import type { Channel, Wake } from './channel.js'
import { checkMessage } from './check-message.js'
import { malformed } from './malformed.js'
import { MessageReader } from './message-reader.js'
import { MessageWriter } from './message-writer.js'
import { PlainReader } from './plain-reader.js'
import { IS_DECLINED, LACKS_ROOM, PlainWriter } from './plain-writer.js'
import { isSevered } from './port-probe.js'
import { ReadLocals } from './read-locals.js'
import { MAX_RECORD, Ring } from './ring.js'
import { workerThreads } from './worker-threads.js'
import { WrittenLocals } from './written-locals.js'

const NOTHING: readonly Transferable[] = []

/** What keeps an event loop alive. */
export interface Anchor {
  ref(): void
  unref(): void
}

/** By port: a message, or what is moved beside the record of one, or both. The empty one only wakes. */
type Mail = {
  readonly number: number
  readonly message?: Message
  readonly moved?: readonly unknown[]
} | null

export interface LaneOptions {
  readonly port: MessagePort
  readonly peerBell: Bell
  /** The addresses of this thread and of the one at the other end. */
  readonly here: ThreadAddress
  readonly peer: ThreadAddress
  /** The rings: what this side writes, and what it reads. */
  readonly out: SharedArrayBuffer
  readonly in: SharedArrayBuffer
  /**
   * What `hold` holds. For a thread's maker it is the Worker: the port closes as soon as the thread dies, and the loop would
   * end before the `exit` event that tells of it.
   */
  readonly anchor?: Anchor | undefined
  /** The other side has written what can't be read: nothing more will be taken from it. */
  onMalformed(error: unknown): void
}

export class LaneChannel implements Channel {
  readonly #port: MessagePort
  readonly #peerBell: Bell
  readonly #anchor: Anchor
  readonly #out: Ring
  readonly #in: Ring
  readonly #writer: MessageWriter
  readonly #reader: MessageReader
  /** Messages that came by port, and what came beside records: apart, as the latter alone is nothing to wake up for. */
  readonly #stash: Array<NonNullable<Mail>> = []
  readonly #beside: Array<NonNullable<Mail>> = []
  /** Both wrap, as the numbers in the ring do. */
  #posted = 0
  #taken = 0
  /** Messages that came by port. */
  #collected = 0
  #isWriting = false
  /** The reader may sleep on what was posted last. */
  #mustFlush = false
  #holds = 0
  #closed = false
  #isMalformed = false
  readonly #onMalformed: (error: unknown) => void
  #wake: (() => void) | undefined

  constructor(options: LaneOptions) {
    const { port, peerBell, out, in: incoming, anchor = port } = options
    this.#port = port
    this.#peerBell = peerBell
    this.#anchor = anchor
    this.#onMalformed = options.onMalformed
    this.#out = new Ring(out)
    this.#in = new Ring(incoming)
    const plainWriter = new PlainWriter(this.#out.bytes)
    const introduce = (number: number, thing: object | string) => this.#introduce(number, thing)
    const locals = { written: new WrittenLocals(), read: new ReadLocals() }
    this.#writer = new MessageWriter(this.#out.bytes, plainWriter, options, introduce, locals)
    const plainReader = new PlainReader(this.#in.bytes)
    this.#reader = new MessageReader(this.#in.bytes, plainReader, options, locals)
  }

  post(message: Message, transfer: readonly Transferable[] = NOTHING, wake: Wake = 'now'): void {
    // The rings may be another thread's by now.
    if (this.#closed) return
    if (!this.#write(message, transfer)) {
      completeMessage(message)
      // Counted only when it is on its way: it may not be cloneable.
      const mail: Mail = { number: this.#posted, message }
      this.#port.postMessage(transfer.length > 0 ? { ...mail, moved: transfer } : mail, transfer)
      this.#out.countMail()
    }
    this.#posted = (this.#posted + 1) | 0
    // After the post, never before: see Bell.
    if (wake !== 'by flush' && this.#peerBell.ring(wake === 'unless patient'))
      this.#port.postMessage(null)
    this.#mustFlush = wake !== 'now'
  }

  flush(isMoreToCome = false): void {
    if (!this.#mustFlush) return
    this.#mustFlush = isMoreToCome
    if (this.#peerBell.ring(isMoreToCome)) this.#port.postMessage(null)
  }

  take(): Message | undefined {
    if (this.#isMalformed || this.#closed) return undefined
    try {
      return this.#takeNext()
    } catch (error) {
      this.#isMalformed = true
      this.#onMalformed(error)
      return undefined
    }
  }

  #takeNext(): Message | undefined {
    let isAhead = false
    for (let at = this.#in.peek(); at >= 0; at = this.#in.peek()) {
      // Whatever its number: the message that it was made for may have come by port, and been taken already.
      const isIntroduction = this.#reader.isIntroduction(at)
      const ahead = isIntroduction ? 0 : (this.#in.numberAt(at) - this.#taken) | 0
      if (ahead > 0) {
        isAhead = true
        break
      }
      // Taken before.
      if (ahead < 0) malformed('it came a second time')
      const moved = this.#reader.isAccompanied(at) ? this.#movedBeside() : undefined
      const message = this.#reader.read(at, moved)
      this.#in.advance()
      if (!message) continue
      this.#taken = (this.#taken + 1) | 0
      return message
    }
    // Asking the port is dear, and it is mostly empty.
    if (this.#hasMail()) this.#collect()
    if (this.#stash.length > 0) {
      const mail = this.#nextOf(this.#stash)
      if (mail) {
        this.#taken = (this.#taken + 1) | 0
        const message = checkMessage(mail.message)
        if (mail.moved) noteMoved(message, mail.moved)
        return message
      }
    }
    // Its sender counts what goes by port before it writes what comes after that.
    if (isAhead && !this.#hasMail()) malformed('the one before it is missing')
    return undefined
  }

  /** What goes with the record that is read next. It was posted before that could be seen. */
  #movedBeside(): readonly unknown[] {
    if (this.#hasMail()) this.#collect()
    return this.#nextOf(this.#beside)?.moved ?? malformed('what is moved with it is missing')
  }

  /** What has come for the message that is taken next. */
  #nextOf(mails: Array<NonNullable<Mail>>): Mail {
    const place = mails.findIndex(({ number }) => number === this.#taken)
    return place < 0 ? null : (mails.splice(place, 1)[0] ?? null)
  }

  hasNews(): boolean {
    if (this.#isMalformed || this.#closed) return false
    return this.#in.hasRecord() || this.#stash.length > 0 || this.#hasMail()
  }

  listen(wake: () => void): void {
    this.#wake = wake
    this.#port.on('message', (mail: unknown) => {
      if (mail !== null) this.#keep(mail)
      this.#wake?.()
    })
    // Listening refs the port: an idle thread would keep the process alive.
    if (this.#anchor !== this.#port || this.#holds === 0) this.#port.unref()
    // What came before had nobody to wake.
    setImmediate(wake)
  }

  hold(): void {
    this.#holds += 1
    if (this.#holds === 1) this.#anchor.ref()
  }

  release(): void {
    this.#holds -= 1
    if (this.#holds === 0) this.#anchor.unref()
  }

  isSevered(): boolean {
    if (this.#closed) return true
    // Reading makes the port notice that its other end is gone.
    this.#collect()
    return isSevered(this.#port)
  }

  close(): void {
    this.#closed = true
    this.#port.close()
  }

  #write(message: Message, transfer: readonly Transferable[]): boolean {
    // A getter of the user's may send something itself, in the middle of a record.
    if (this.#isWriting) return false
    this.#isWriting = true
    try {
      const length = this.#writeRecord(message, transfer)
      if (length < 0) return false
      // Written already, as it says what the views show; seen by the reader only when it is committed.
      if (transfer.length > 0) this.#move(transfer)
      this.#out.commit(length, this.#posted)
      return true
    } finally {
      this.#isWriting = false
    }
  }

  #writeRecord(message: Message, transfer: readonly Transferable[]): number {
    const length = this.#tryToWrite(message, transfer)
    // Once more, where there may be more room in another place.
    return length === LACKS_ROOM && this.#out.room < MAX_RECORD
      ? this.#tryToWrite(message, transfer, MAX_RECORD)
      : length
  }

  /** @param least The room to ask for. */
  #tryToWrite(message: Message, transfer: readonly Transferable[], least?: number): number {
    // Each time: of what the reader knew, a record that was not sent has made the writer forget some.
    const isPrepared = this.#writer.prepare(message)
    const at = this.#out.begin(least)
    return at < 0
      ? IS_DECLINED
      : this.#writer.write(message, at, this.#out.room, isPrepared, transfer)
  }

  #move(transfer: readonly Transferable[]): void {
    try {
      this.#port.postMessage({ number: this.#posted, moved: transfer } satisfies Mail, transfer)
    } catch (error) {
      this.#writer.forget()
      throw error
    }
    this.#out.countMail()
  }

  /** A record beside the messages, which takes no number. */
  #introduce(number: number, thing: object | string): boolean {
    const at = this.#out.begin()
    if (at < 0) return false
    const length = this.#writer.writeIntroduction(number, thing, at, this.#out.room)
    if (length < 0) return false
    this.#out.commit(length, this.#posted)
    return true
  }

  #hasMail(): boolean {
    return this.#in.mailCount() !== this.#collected
  }

  /** Takes what has come by port, without an event loop. */
  #collect(): void {
    const { receiveMessageOnPort } = workerThreads()
    for (let got = receiveMessageOnPort(this.#port); got; got = receiveMessageOnPort(this.#port)) {
      if (got.message !== null) this.#keep(got.message)
    }
  }

  #keep(mail: unknown): void {
    // Nobody of ours posts anything else, and only what is ours is counted.
    if (!isMail(mail)) return
    this.#collected = (this.#collected + 1) | 0
    const stash = 'message' in mail ? this.#stash : this.#beside
    stash.push(mail)
  }
}

function isMail(value: unknown): value is NonNullable<Mail> {
  if (typeof value !== 'object' || value === null || !('number' in value)) return false
  if (!('moved' in value)) return 'message' in value
  return Array.isArray(value.moved)
}
