/**
 * The channel between a thread and its maker: plain messages go through a ring in shared memory, all others by a MessagePort, and
 * together they arrive in the order they were posted. Each message has a number; the one with the next number is read next.
 *
 * What goes by port is cloned, and cloning may run code of the user's, which may post itself. So it goes in two steps: first a parcel
 * with what must be cloned, which has no number; then, when that is done, a notice of it takes its place among the messages, mostly in
 * the ring. What was posted from inside the clone has gone before. Parcels arrive in the order of their notices.
 *
 * A reader that sleeps is woken by its bell, or, in its event loop, by an empty port message (see Bell).
 */

import type { MessagePort, Transferable } from 'node:worker_threads'
import { assertHeadroom } from '../codec/headroom.js'
import { isShortStack, STACK_ENDS } from '../codec/stack-ends.js'
import { completeMessage, noteMoved } from '../codec/wire-list.js'
import { TransferError } from '../errors.js'
import { setImmediate } from '../own-timers.js'
import { printThrown } from '../print-thrown.js'
import type { Message, ThreadAddress, WireValue } from '../protocol.js'
import type { Bell } from './bell.js'
import type { Channel, Wake } from './channel.js'
import { checkMessage } from './check-message.js'
import { malformed } from './malformed.js'
import { MessageReader } from './message-reader.js'
import { MessageWriter } from './message-writer.js'
import { assertAnnounced, checkNotice, messageWithout, type Notice, noticeOf } from './notice.js'
import { inOwnTurn } from './own-turn.js'
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

/** What goes by port is counted: what is missing there, or comes twice, would give a call the values of another. */
interface Mail {
  readonly serial: number
}

/** A message; or, beside its record, what of it is moved; or both. */
interface Parcel extends Mail {
  readonly message?: Message
  readonly id?: number | undefined
  readonly moved?: readonly unknown[]
}

/** A parcel that came and could not be read, and why. Nobody else can make one: symbols are not cloned. */
interface Unread {
  readonly [UNREAD]: unknown
}
const UNREAD = Symbol('unread')

/** Where the ring has no room: a message's number, and what came before it in a parcel. */
interface Announcement extends Mail {
  readonly number: number
  readonly notice: Notice
}

/** Calls of a small function that fit in the stack that Node and this file take to get a message by port, or to post one. */
const TO_USE_PORT = 400
/** The same for making an error of what could not be read, with functions that have not been compiled yet. */
const TO_EXPLAIN = 1000

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
  /** Encodes the reason why the values of a message are lost. */
  encodeReason(error: TransferError): WireValue
}

export class LaneChannel implements Channel {
  readonly #port: MessagePort
  readonly #peerBell: Bell
  readonly #anchor: Anchor
  readonly #out: Ring
  readonly #in: Ring
  readonly #writer: MessageWriter
  readonly #reader: MessageReader
  /** As it came from the port. */
  readonly #received: unknown[] = []
  readonly #parcels: Array<Parcel | Unread> = []
  /** Apart from the parcels, which alone are nothing to wake up for. */
  readonly #announced: Announcement[] = []
  /** Both wrap, as the numbers in the ring do. */
  #posted = 0
  #taken = 0
  /** What went by port, and what came. */
  #mailed = 0
  #collected = 0
  #isWriting = false
  /** A record was begun and not committed, as the stack ended in between: what it taught must be taught again. */
  #isTorn = false
  /** The reader may sleep on what was posted last. */
  #mustFlush = false
  #holds = 0
  #closed = false
  #isMalformed = false
  readonly #onMalformed: (error: unknown) => void
  readonly #encodeReason: (error: TransferError) => WireValue
  #wake: (() => void) | undefined

  constructor(options: LaneOptions) {
    const { port, peerBell, out, in: incoming, anchor = port } = options
    this.#port = port
    this.#peerBell = peerBell
    this.#anchor = anchor
    this.#onMalformed = options.onMalformed
    this.#encodeReason = options.encodeReason
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
    if (!this.#write(message, transfer)) this.#postByPort(message, transfer)
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
      // Nothing has been taken: whoever has more stack left reads it. No function is called here, which might have to be compiled first.
      if (error instanceof RangeError && error.message === STACK_ENDS) throw error
      this.#isMalformed = true
      let isTold = false
      try {
        this.#onMalformed(error)
        isTold = true
      } finally {
        // Where the stack ends in there, it is read once more, and told then.
        this.#isMalformed = isTold
      }
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
      // Before anything of it is read, or of the port: near the end of the stack it is left where it is.
      this.#reader.assertReadable(at)
      const isAccompanied = this.#reader.isAccompanied(at)
      const message = isAccompanied ? this.#accompanied(at) : this.#reader.read(at)
      // Only now: where the stack ends while it is read, both are read once more.
      if (isAccompanied) this.#parcels.shift()
      this.#in.advance()
      if (!message) continue
      this.#taken = (this.#taken + 1) | 0
      return message
    }
    // Asking the port is dear, and it is mostly empty.
    if (this.#hasMail()) this.#collect()
    const place = this.#announced.findIndex(({ number }) => number === this.#taken)
    if (place >= 0) {
      const message = this.#unpack(this.#announced[place]?.notice, this.#nextParcel())
      this.#parcels.shift()
      this.#announced.splice(place, 1)
      this.#taken = (this.#taken + 1) | 0
      return message
    }
    // Its sender counts what goes by port before it writes what comes after that.
    if (isAhead && !this.#hasMail()) malformed('the one before it is missing')
    return undefined
  }

  /** A record to which a parcel belongs: that was posted before the record could be seen. */
  #accompanied(at: number): Message | undefined {
    if (this.#hasMail()) this.#collect()
    const parcel = this.#nextParcel()
    if (this.#reader.isNotice(at)) return this.#unpack(this.#reader.notice(at), parcel)
    const message = this.#reader.read(at, isUnread(parcel) ? [] : parcel.moved)
    if (!message) return malformed('something is moved with an introduction')
    if (isUnread(parcel)) return this.#without(noticeOf(message), parcel)
    if (parcel.id !== idOf(message)) malformed('what came with it belongs to another one')
    return message
  }

  #nextParcel(): Parcel | Unread {
    if (isUnread(this.#parcels[0])) assertHeadroom(TO_EXPLAIN)
    return this.#parcels[0] ?? malformed('what should have come with it is missing')
  }

  #unpack(announced: unknown, parcel: Parcel | Unread): Message {
    const notice = checkNotice(announced)
    if (isUnread(parcel)) return this.#without(notice, parcel)
    const message = checkMessage(parcel.message)
    assertAnnounced(notice, message)
    if (parcel.moved) noteMoved(message, parcel.moved)
    return message
  }

  #without(notice: Notice, { [UNREAD]: reason }: Unread): Message {
    const why = isShortStack(reason)
      ? `there is too little stack left to read them (${reason.message})`
      : printThrown(reason)
    const error = new TransferError(
      `The values of a message were lost between two threads: ${why}.`,
      {
        cause: reason,
      },
    )
    return checkMessage(messageWithout(notice, this.#encodeReason(error)))
  }

  hasNews(): boolean {
    if (this.#isMalformed || this.#closed) return false
    return this.#in.hasRecord() || this.#announced.length > 0 || this.#hasMail()
  }

  listen(wake: () => void): void {
    this.#wake = () => inOwnTurn(wake)
    this.#port.on('message', (mail: unknown) => {
      this.#received.push(mail)
      this.#keepReceived()
      this.#wake?.()
    })
    this.#port.on('messageerror', (reason) => {
      this.#received.push({ [UNREAD]: reason })
      this.#keepReceived()
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
      // Now and not where the stack ended: to forget takes stack, too.
      if (this.#isTorn) this.#writer.forget()
      this.#isTorn = true
      const length = this.#writeRecord(message, transfer)
      if (length < 0) {
        this.#isTorn = false
        return false
      }
      // Written already, as it says what the views show; seen by the reader only when it is committed.
      if (transfer.length > 0) this.#move(idOf(message), transfer)
      this.#out.commit(length, this.#posted)
      this.#isTorn = false
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

  /** Both halves of a message that is not plain. Nothing of the user's runs after the first. */
  #postByPort(message: Message, transfer: readonly Transferable[]): void {
    // Between the two halves the stack must not end: what was mailed belongs to no message then, and the next one would be malformed.
    assertHeadroom(TO_USE_PORT)
    completeMessage(message)
    this.#mail({ message, ...(transfer.length > 0 && { moved: transfer }) }, transfer)
    const notice = noticeOf(message)
    if (!this.#announce(notice)) this.#mail({ number: this.#posted, notice })
  }

  /** @throws DataCloneError, or what a getter throws: nothing has been posted then. */
  #mail(
    content: Omit<Parcel, 'serial'> | Omit<Announcement, 'serial'>,
    transfer: readonly Transferable[] = NOTHING,
  ): void {
    const mailed = () => this.#mailed
    const mail = {
      ...content,
      // Read last, after all code of the user's that cloning runs: that may have posted something itself.
      get serial() {
        return mailed()
      },
    }
    this.#port.postMessage(mail, transfer)
    this.#mailed = (this.#mailed + 1) | 0
    this.#out.countMail()
  }

  /** @returns false where the ring has no room, or is being written: the parcel was posted from inside a message. */
  #announce(notice: Notice): boolean {
    if (this.#isWriting) return false
    const at = this.#out.begin()
    if (at < 0) return false
    if (this.#isTorn) this.#writer.forget()
    this.#isTorn = true
    const length = this.#writer.writeNotice(notice, at, this.#out.room)
    this.#isTorn = false
    if (length < 0) return false
    this.#out.commit(length, this.#posted)
    return true
  }

  #move(id: number | undefined, transfer: readonly Transferable[]): void {
    try {
      this.#mail({ id, moved: transfer }, transfer)
    } catch (error) {
      this.#writer.forget()
      throw error
    }
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
    // Where the stack ended in Node's own part of it, nothing would have been taken, and what has would be counted wrong.
    assertHeadroom(TO_USE_PORT)
    for (;;) {
      let mail: unknown
      try {
        const got = receiveMessageOnPort(this.#port)
        if (!got) break
        mail = got.message
      } catch (reason) {
        // Taken from the port, and lost there. No function is called before it is noted: it might have to be compiled first.
        mail = { [UNREAD]: reason }
      }
      this.#received.push(mail)
    }
    this.#keepReceived()
  }

  #keepReceived(): void {
    const received = this.#received
    while (received.length > 0) {
      this.#keep(received[0])
      received.shift()
    }
  }

  #keep(mail: unknown): void {
    if (isUnread(mail)) this.#parcels.push(mail)
    // Nobody of ours posts anything else, and only what is ours is counted.
    else if (!isMail(mail) || mail.serial !== this.#collected) return
    else if (isParcel(mail)) this.#parcels.push(mail)
    else if (isAnnouncement(mail)) this.#announced.push(mail)
    else return
    this.#collected = (this.#collected + 1) | 0
  }
}

function isUnread(mail: unknown): mail is Unread {
  return typeof mail === 'object' && mail !== null && UNREAD in mail
}

function isMail(value: unknown): value is Mail {
  return typeof value === 'object' && value !== null && 'serial' in value
}

function isParcel(value: Mail): value is Parcel {
  return 'moved' in value ? Array.isArray(value.moved) : 'message' in value
}

function isAnnouncement(value: Mail): value is Announcement {
  return 'number' in value && 'notice' in value
}

function idOf(message: Message): number | undefined {
  return 'id' in message ? message.id : undefined
}
