/**
 * The channel between a thread and its maker: plain messages go through a ring in shared memory, all others through a
 * MessagePort, and both together arrive in the order they were posted. Each message has a number; whichever of the two holds
 * the next number is read next.
 *
 * A reader that sleeps in its event loop is woken by an empty port message, and only the first message after it dozed off
 * has to: however many follow are read in one go. A reader that is blocked sleeps on its bell (see Bell).
 */
import { type MessagePort, receiveMessageOnPort, type Transferable } from 'node:worker_threads'
import type { Message } from '../protocol.js'
import type { Bell } from './bell.js'
import type { Channel } from './channel.js'
import { PlainReader } from './plain-reader.js'
import { PlainWriter } from './plain-writer.js'
import { isSevered } from './port-probe.js'
import { MAX_RECORD, Ring } from './ring.js'

/** What keeps an event loop alive. */
export interface Anchor {
  ref(): void
  unref(): void
}

/** A message by port. The empty one only wakes. */
type Mail = { readonly number: number; readonly message: Message } | null

/** So many messages are read in one turn; then the event loop turns, for its timers and sockets. */
const TURN = 256

export interface LaneOptions {
  readonly port: MessagePort
  readonly peerBell: Bell
  /** The rings: what this side writes, and what it reads. */
  readonly out: SharedArrayBuffer
  readonly in: SharedArrayBuffer
  /**
   * What `hold` holds. For a thread's maker it is the Worker: the port closes as soon as the thread dies, and the loop would
   * end before the `exit` event that tells of it.
   */
  readonly anchor?: Anchor | undefined
}

export class LaneChannel implements Channel {
  readonly #port: MessagePort
  readonly #peerBell: Bell
  readonly #anchor: Anchor
  readonly #out: Ring
  readonly #in: Ring
  readonly #writer: PlainWriter
  readonly #reader: PlainReader
  readonly #stash: Array<NonNullable<Mail>> = []
  #posted = 0
  #taken = 0
  /** Messages that came by port. */
  #collected = 0
  readonly #met = new WeakSet<object>()
  #holds = 0
  #closed = false
  #receive: ((message: Message) => void) | undefined
  #turning = false

  constructor({ port, peerBell, out, in: incoming, anchor = port }: LaneOptions) {
    this.#port = port
    this.#peerBell = peerBell
    this.#anchor = anchor
    this.#out = new Ring(out)
    this.#in = new Ring(incoming)
    this.#writer = new PlainWriter(this.#out.bytes)
    this.#reader = new PlainReader(this.#in.bytes)
  }

  post(message: Message, transfer: readonly Transferable[] = []): void {
    if (transfer.length > 0 || !this.#write(message)) {
      // Counted only when it is on its way: it may not be cloneable.
      this.#port.postMessage({ number: this.#posted, message } satisfies Mail, transfer)
      this.#out.countMail()
    } else if (this.#out.takeDoze()) {
      this.#port.postMessage(null)
    }
    this.#posted += 1
    // After the post, never before: see Bell.
    this.#peerBell.ring()
  }

  take(): Message | undefined {
    const at = this.#in.peek()
    if (at >= 0 && this.#in.numberAt(at) === (this.#taken | 0)) {
      const message = this.#reader.read(at) as Message
      this.#in.advance()
      this.#taken += 1
      return message
    }
    // Asking the port is dear, and it is mostly empty.
    if (((this.#in.mailCount() - this.#collected) | 0) > 0) this.#collect()
    if (this.#stash[0]?.number !== this.#taken) return undefined
    this.#taken += 1
    return this.#stash.shift()?.message
  }

  listen(receive: (message: Message) => void): void {
    this.#receive = receive
    this.#port.on('message', (mail: Mail) => {
      if (mail) this.#keep(mail)
      this.#turn()
    })
    // Listening refs the port: an idle thread would keep the process alive.
    if (this.#anchor !== this.#port || this.#holds === 0) this.#port.unref()
    // What came before had nobody to wake.
    this.#turnLater()
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

  #write(message: Message): boolean {
    const at = this.#out.begin()
    if (at < 0) return false
    this.#writer.begin()
    const length = this.#writer.write(message, at, MAX_RECORD, this.#constantOf(message))
    if (length < 0) return false
    this.#out.commit(length, this.#posted | 0)
    return true
  }

  /** The name of a function is sent once. One that is met only once, as in a call that is passed on, is not worth it. */
  #constantOf(message: Message): object | undefined {
    if (message.kind !== 'call') return undefined
    const { ref } = message.request
    if (this.#met.has(ref)) return ref
    this.#met.add(ref)
    return undefined
  }

  /** Reads one turn's messages, and dozes off when there are no more. */
  #turn(): void {
    // Receiving may block, and a blocked thread reads by `take`; the turn that is under way goes on afterwards.
    if (this.#turning || !this.#receive) return
    this.#turning = true
    let isDozing = false
    try {
      for (let count = 0; count < TURN && !isDozing; count += 1) {
        const message = this.take() ?? this.#lastLook()
        if (message) this.#receive(message)
        else isDozing = true
      }
    } finally {
      this.#turning = false
      // Also after an error: awake and not reading, it would never be woken.
      if (!isDozing) this.#turnLater()
    }
  }

  /** Dozes off, and looks once more after that: what was written in between has woken nobody. */
  #lastLook(): Message | undefined {
    this.#in.doze()
    return this.take()
  }

  #turnLater(): void {
    setImmediate(() => this.#turn())
  }

  /** Takes what has come by port, without an event loop. */
  #collect(): void {
    for (let got = receiveMessageOnPort(this.#port); got; got = receiveMessageOnPort(this.#port)) {
      const mail: Mail = got.message
      if (mail) this.#keep(mail)
      // It was to wake the event loop, which has to doze off again.
      else this.#turnLater()
    }
  }

  #keep(mail: NonNullable<Mail>): void {
    this.#collected += 1
    this.#stash.push(mail)
  }
}
