import type { CallName, Message, ThreadAddress } from '../protocol.js'

export interface Refuser {
  readonly address: ThreadAddress
  postOrDrop(message: Message): void
}

/** The call has not started and will not: its caller may try elsewhere, unless it has given it up. */
export function answerRefused(here: Refuser, { from, id }: CallName): void {
  here.postOrDrop({ kind: 'outcome', to: from, from: here.address, id, outcome: { ok: 'refused' } })
}
