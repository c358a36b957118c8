/** The answers of calls that ran on this thread, on their way to whoever asked. */
import type { Transferable } from 'node:worker_threads'
import type { Performed, RunningCall } from '../call/perform-call.js'
import { completeMessage } from '../codec/wire-list.js'
import type { CallMessage, Message, OutcomeMessage, ThreadAddress } from '../protocol.js'
import type { ExportsTold } from './exports-told.js'
import type { PostOffice } from './post-office.js'

export class Replies {
  readonly #address: ThreadAddress
  readonly #post: PostOffice
  readonly #receive: (message: Message) => void
  readonly #exportsTold: ExportsTold
  readonly #undeliverable: (message: OutcomeMessage) => void

  constructor(
    address: ThreadAddress,
    post: PostOffice,
    receive: (message: Message) => void,
    exportsTold: ExportsTold,
    undeliverable: (message: OutcomeMessage) => void,
  ) {
    this.#address = address
    this.#post = post
    this.#receive = receive
    this.#exportsTold = exportsTold
    this.#undeliverable = undeliverable
  }

  readonly reply = (
    message: CallMessage,
    running: RunningCall,
    performed: Performed,
    isMoreToCome: boolean,
  ): void => {
    this.#exportsTold.tell(message)
    try {
      this.#postOutcome(message, performed, isMoreToCome)
    } catch (cause) {
      // A reply that can't be cloned must still wake its caller. What explains it holds nothing of the user's, and can't fail.
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
    else if (!this.#post.post(message, transfer, isMoreToCome ? 'unless patient' : 'now'))
      this.#undeliverable(message)
  }
}
