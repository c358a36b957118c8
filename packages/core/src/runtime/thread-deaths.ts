/**
 * What the end of a thread means to this one: its calls fail, with the exit code and the cause, or run elsewhere where they
 * had not started; what it waited for here is aborted; and the other threads are told.
 */

import type { Call } from '../call/call.js'
import type { Frames } from '../call/frame.js'
import { NO_CHANGES } from '../codec/clone-failure.js'
import type { Codec } from '../codec/codec.js'
import { openerOf } from '../context/context-ref.js'
import type { ForwardedCalls } from '../diagnostics/forwarded-calls.js'
import { ThreadExitedError } from '../errors.js'
import type { ThreadExecutor } from '../executor/executor.js'
import type { ThreadAddress } from '../protocol.js'
import type { Registry } from '../registry/registry.js'
import type { Thread } from '../thread/thread.js'
import { isWithin } from '../thread-address.js'
import { answerRefused, type Refuser } from './answer-refused.js'
import { type Death, exited, exitedUnder, warnOfUntold } from './death.js'
import type { FailedStarts } from './failed-starts.js'
import type { Host } from './host.js'
import type { LeftOpen } from './left-open.js'
import type { Outbox } from './outbox.js'
import type { PostOffice } from './post-office.js'
import type { Work } from './work.js'

export interface Bereaved extends Refuser {
  readonly outbox: Outbox
  readonly codec: Codec
  readonly work: Work
  readonly frames: Frames
  readonly host: Host | undefined
  readonly post: PostOffice
  readonly registry: Registry
  readonly leftOpen: LeftOpen
  readonly executors: Iterable<ThreadExecutor>
  readonly forwarded: ForwardedCalls
  readonly failedStarts: FailedStarts
}

/** A thread that was made here has ended. */
export function ownThreadGone(
  here: Bereaved,
  thread: Thread,
  exitCode: number | undefined,
  cause: unknown,
): void {
  const death: Death = {
    thread: thread.address,
    role: thread.role,
    exitCode,
    cause,
    started: thread.cameUp,
    worked: thread.hasWorked,
    loading: thread.isLoading('sync'),
  }
  // Before its calls fail: with the first of them the next thread may be asked for.
  here.failedStarts.ended(thread, death)
  here.post.remove(thread)
  const lost = here.outbox.pending.removeSentTo(thread.address)
  const orphans: Call[] = []
  const failed: Call[] = []
  // All of them, before the first fails: executors are told of it, and whether a call may run elsewhere is not to be asked after that.
  for (const call of lost) {
    if (!call.settlement) (isOrphan(call, thread) ? orphans : failed).push(call)
  }
  // Given up before they started: nobody waits for them to run elsewhere.
  for (const call of lost) if (call.settlement) call.finish()
  for (const call of thread.takeWaiting())
    (hasSuccessor(thread) && !call.isBound ? orphans : failed).push(call)
  for (const call of failed) fail(call, death, thread.hasTaken(call))
  for (const { from, id } of here.post.takePassedOn(thread.address)) {
    const error = here.codec.encode(exited('the call', death))
    const outcome = { ok: false, error, changes: NO_CHANGES, ran: 0 } as const
    here.post.post({ kind: 'outcome', to: from, from: here.address, id, outcome })
  }
  otherThreadGone(here, thread.address, () =>
    here.post.broadcast(
      (to) => ({ kind: 'gone', to, from: here.address, thread: thread.address }),
      thread.address,
    ),
  )
  here.forwarded.threadGone(thread.address)
  const owner = [...here.executors].find((executor) => executor.threadGone(thread, orphans))
  if (!owner) for (const call of orphans) fail(call, death, false)
  // Where it was of no use at all, those who wait on are told why when no other can be started.
  const isTold = failed.length > 0 || (thread.hasFailedToStart && orphans.length > 0)
  if (cause !== undefined && thread.hasEndedItself && !isTold) warnOfUntold(death)
}

/**
 * Also of one that was made elsewhere, whose calls are answered by whoever passed them on.
 *
 * @param tellOthers Tells the other threads, where they do not know.
 */
export function otherThreadGone(
  here: Bereaved,
  thread: ThreadAddress,
  tellOthers: () => void = () => undefined,
): void {
  releaseHandlesOf(here, thread)
  giveUpRelayed(here, thread)
  // Between the two: whoever has relayed a call that is refused below must have given it up by then, or it would try the next place.
  tellOthers()
  abortCallsOf(here, thread)
}

/**
 * Not started, so it may run elsewhere. Not what is bound to the thread: on another one the number of its handle is somebody else's.
 */
function isOrphan(call: Call, thread: Thread): boolean {
  return (
    call.sentTo === thread.address &&
    hasSuccessor(thread) &&
    !call.isBound &&
    !thread.hasTaken(call)
  )
}

/** Whether another thread in its place would come up: where this one could not, that one could not, either. */
function hasSuccessor(thread: Thread): boolean {
  return thread.cameUp || !thread.hasFailedToStart
}

function fail(call: Call, death: Death, started: boolean): void {
  call.settle({ failure: exitedUnder(call, death, started) })
  call.finish()
}

/** It can call nothing any more, and finish nothing that it has begun to iterate over. */
function releaseHandlesOf(here: Bereaved, thread: ThreadAddress): void {
  const orphans = here.registry.handles.releaseAllOf(thread)
  if (orphans.length > 0) here.leftOpen.closeLater(orphans)
}

/** Whether it was sent to a thread that has not begun it. */
function isInLine(call: Call, post: PostOffice): boolean {
  const thread = call.sentTo === undefined ? undefined : post.thread(call.sentTo)
  return thread !== undefined && !thread.hasTaken(call)
}

function goneReason(thread: ThreadAddress): ThreadExitedError {
  return new ThreadExitedError(`The thread ${thread}, which waited for this call, has ended.`, {
    thread,
  })
}

/** What its calls that were relayed here have not begun never begins. */
function giveUpRelayed({ host, outbox, post }: Bereaved, thread: ThreadAddress): void {
  for (const call of host?.relayedFor(thread) ?? []) {
    const reason = goneReason(thread)
    if (call.withdraw) outbox.abandon(call, reason)
    // Whoever has the frame takes it out of line by himself. The root can't see whether it has begun.
    else if (call.sentBy?.by === 'frame') call.givenUp = { reason }
    else if (isInLine(call, post)) {
      call.givenUp = { reason }
      outbox.passAbort(call, reason)
    }
  }
}

/** Whoever waited for these is gone: what has not begun never begins. Async code is told; sync code may be meant to outlive its caller. */
function abortCallsOf(here: Bereaved, thread: ThreadAddress): void {
  const { work, frames, host } = here
  // Not for the caller: whoever has passed the call on remembers it until its outcome has come by.
  for (const message of [...work.withdrawAllOf(thread), ...frames.withdrawAllOf(thread)])
    answerRefused(here, message)
  host?.leases.endWhere((context) => isWithin(openerOf(context), thread))
  for (const { from, origin, mode, abort } of [...work.running]) {
    const waited = mode === 'async' ? origin.from : from
    if (isWithin(waited, thread)) abort.abort(goneReason(thread))
  }
}
