/**
 * Which channel leads to an address. Threads form a tree, an address is the path from its root, and every thread has a
 * channel to its maker and to each thread that it made: a message goes down where its address begins with a thread
 * made here, and up otherwise.
 */
import type { Transferable } from 'node:worker_threads'
import type { Channel, Wake } from '../channel/channel.js'
import { movedIn } from '../codec/wire-list.js'
import type { CallMessage, CallRequest, Message, ThreadAddress } from '../protocol.js'
import type { Thread } from '../thread/thread.js'
import { isWithin, makerOf } from '../thread-address.js'

export type PassedOn = Pick<CallMessage, 'to' | 'from' | 'id' | 'target'> &
  Pick<CallRequest, 'mode' | 'ref'> & {
    /** Called when its outcome has come by. */
    onOver?: () => void
  }

export class PostOffice {
  readonly #threads = new Map<ThreadAddress, Thread>()
  /** The same, to go through often. */
  #list: readonly Thread[] = []
  #lastAddress: ThreadAddress | undefined = undefined
  #lastChannel: Channel | undefined = undefined
  readonly #below: string
  readonly #passedOn = new Map<string, PassedOn>()

  constructor(
    readonly address: ThreadAddress,
    readonly parent: Channel | undefined,
  ) {
    this.#below = `${address}/`
  }

  add(thread: Thread): void {
    this.#threads.set(thread.address, thread)
    this.#changed()
  }

  remove(thread: Thread): void {
    this.#threads.delete(thread.address)
    this.#changed()
  }

  #changed(): void {
    this.#list = [...this.#threads.values()]
    this.#lastAddress = undefined
  }

  /** As they are now: threads that come and go make another list. */
  get threads(): readonly Thread[] {
    return this.#list
  }

  thread(address: ThreadAddress): Thread | undefined {
    return this.#threads.get(address)
  }

  /** Undefined where the thread, or one on the way to it, is gone. */
  channelTo(address: ThreadAddress): Channel | undefined {
    // Most messages go where the one before went.
    if (address === this.#lastAddress) return this.#lastChannel
    this.#lastChannel = this.#findChannel(address)
    this.#lastAddress = address
    return this.#lastChannel
  }

  #findChannel(address: ThreadAddress): Channel | undefined {
    return this.isBelow(address) ? this.threadTowards(address)?.channel : this.parent
  }

  /** Whether the way to the address leads down the tree; else it leads to the maker of this thread. */
  isBelow(address: ThreadAddress): boolean {
    return address.startsWith(this.#below)
  }

  /** The first thread on the way down to an address. */
  threadTowards(address: ThreadAddress): Thread | undefined {
    const end = address.indexOf('/', this.#below.length)
    return this.#threads.get(end < 0 ? address : address.slice(0, end))
  }

  /** @returns false where nobody is left to receive it. @throws DataCloneError */
  post(message: Message, transfer?: readonly Transferable[], wake?: Wake): boolean {
    const channel = this.channelTo(message.to)
    channel?.post(message, transfer ?? movedIn(message), wake)
    return channel !== undefined
  }

  /**
   * Passes on a message for another thread, and remembers a call until its outcome has come by: when the thread that it went
   * to ends, only who passed it on knows whether it got there.
   * @returns false where nobody is left to receive it.
   */
  passOn(message: Message): boolean {
    const isPassed = this.post(message)
    const { kind, to, from } = message
    if (kind === 'call' && isPassed) {
      const { id, target, request } = message
      const { mode, ref } = request
      this.#passedOn.set(`${from}#${id}`, { to, from, id, target, mode, ref })
    }
    if (kind === 'outcome') this.#answered(`${to}#${message.id}`)
    return isPassed
  }

  #answered(key: string): void {
    this.#passedOn.get(key)?.onOver?.()
    this.#passedOn.delete(key)
  }

  /** A call that was passed on and has no answer yet. */
  passedOn(from: ThreadAddress, id: number): PassedOn | undefined {
    return this.#passedOn.get(`${from}#${id}`)
  }

  /** The unanswered calls that were passed on to a thread, or to one below it; they are forgotten. */
  takePassedOn(thread: ThreadAddress): PassedOn[] {
    const taken: PassedOn[] = []
    for (const [key, call] of this.#passedOn) {
      if (!isWithin(call.to, thread)) continue
      this.#passedOn.delete(key)
      taken.push(call)
    }
    return taken
  }

  /** Every message that is there now, from all sides; also while this thread is blocked. @returns whether there was one. */
  drain(receive: (message: Message) => void): boolean {
    let isEmpty = true
    const { parent } = this
    if (parent) {
      for (let message = parent.take(); message; message = parent.take()) {
        isEmpty = false
        receive(message)
      }
    }
    for (const { channel } of this.#list) {
      for (let message = channel.take(); message; message = channel.take()) {
        isEmpty = false
        receive(message)
      }
    }
    return !isEmpty
  }

  /** Wakes those who have been left asleep although something was posted; see Channel. */
  flush(isMoreToCome: boolean): void {
    this.parent?.flush(isMoreToCome)
    for (const { channel } of this.#list) channel.flush(isMoreToCome)
  }

  /** Whether there is a message, from any side. */
  hasNews(): boolean {
    if (this.parent?.hasNews()) return true
    for (const { channel } of this.#list) if (channel.hasNews()) return true
    return false
  }

  /** Whether a thread has told of its end: one that is blocked hears of it here alone. */
  hasDeaths(): boolean {
    for (const thread of this.#list) if (thread.hasExited) return true
    return false
  }

  /** To all neighbours but the thread that `except` begins with. */
  broadcast(make: (to: ThreadAddress) => Message, except: ThreadAddress): void {
    if (this.parent && this.isBelow(except)) this.parent.post(make(makerOf(this.address)))
    for (const thread of this.#threads.values()) {
      if (!isWithin(except, thread.address)) thread.channel.post(make(thread.address))
    }
  }
}
