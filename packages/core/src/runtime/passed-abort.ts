import type { AbortMessage, ThreadAddress } from '../protocol.js'
import { answerRefused, type Refuser } from './answer-refused.js'
import { isBlockedIn } from './outbox.js'
import type { Overstays } from './overstays.js'
import type { PassedOn, PostOffice } from './post-office.js'

interface Passer extends Refuser {
  readonly post: PostOffice
  readonly overstays: Overstays
  innermostFrame(address: ThreadAddress): number | undefined
}

/**
 * An abort that this thread passes on, for a call that it passed on before. A thread that is running sync code reads no abort: its
 * caller, who is not next to it, learns that from whoever is; and it is here that such a thread is ended if need be.
 */
export function abortPassedOn(here: Passer, { from, id, told, urgency }: AbortMessage): void {
  const call = here.post.passedOn(from, id)
  if (!call) return
  if (!told && isBusy(here, call)) answerRefused(here, call)
  here.overstays.watchPassedOn(call, urgency)
}

function isBusy(here: Passer, { mode, target, to }: PassedOn): boolean {
  // What its executors run, the root answers for.
  if (mode !== 'sync' || (target.by !== 'frame' && target.by !== 'thread')) return false
  const innermost = here.innermostFrame(to)
  return innermost !== undefined && !isBlockedIn(innermost, target)
}
