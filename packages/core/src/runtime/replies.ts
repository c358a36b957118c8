/** The answers of calls that ran on this thread, on their way to whoever asked. */
import type { Transferable } from 'node:worker_threads'
import type { Performed, RunningCall } from '../call/perform-call.js'
import { completeMessage } from '../codec/wire-list.js'
import type { CallMessage, Message, ThreadAddress } from '../protocol.js'
import type { PostOffice } from './post-office.js'

export class Replies {
  readonly #address: ThreadAddress
  readonly #post: PostOffice
  readonly #receive: (message: Message) => void

  constructor(address: ThreadAddress, post: PostOffice, receive: (message: Message) => void) {
    this.#address = address
    this.#post = post
    this.#receive = receive
  }

  readonly reply = (
    message: CallMessage,
    running: RunningCall,
    performed: Performed,
    isMoreToCome: boolean,
  ): void => {
    try {
      this.#postOutcome(message, performed, isMoreToCome)
    } catch (cause) {
      // A reply that can't be cloned must still wake its caller.
      this.#postOutcome(message, running.unsendable(performed, cause), isMoreToCome)
    }
  }

  /** A thread's message to itself: copied like any other, so that a value never depends on where a call went. */
  readonly postHere = (message: Message, transfer: readonly Transferable[]): void => {
    completeMessage(message)
    this.#receive(structuredClone(message, { transfer: [...transfer] }))
  }

  #postOutcome(
    { from, id }: CallMessage,
    { outcome, transfer }: Performed,
    isMoreToCome: boolean,
  ): void {
    const message = { kind: 'outcome', to: from, from: this.#address, id, outcome } as const
    if (from === this.#address) this.postHere(message, transfer)
    else this.#post.post(message, transfer, isMoreToCome ? 'unless patient' : 'now')
  }
}
