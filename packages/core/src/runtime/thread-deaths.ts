/**
 * What the end of a thread means to this one: its calls fail, with the exit code and the cause, or run elsewhere where they
 * had not started; what it waited for here is aborted; and the other threads are told.
 */
import type { Call } from '../call/call.js'
import { NO_CHANGES } from '../codec/clone-failure.js'
import type { Codec } from '../codec/codec.js'
import type { Scopes } from '../context/scope.js'
import type { ForwardedCalls } from '../diagnostics/forwarded-calls.js'
import { ThreadExitedError } from '../errors.js'
import type { ThreadExecutor } from '../executor/executor.js'
import type { ThreadAddress } from '../protocol.js'
import { closeIterators } from '../registry/iterators.js'
import type { Registry } from '../registry/registry.js'
import type { Thread } from '../thread/thread.js'
import { isWithin } from '../thread-address.js'
import { type Death, exited, warnOfUntold } from './death.js'
import type { FailedStarts } from './failed-starts.js'
import type { Outbox } from './outbox.js'
import type { PostOffice } from './post-office.js'
import type { Work } from './work.js'

export interface Bereaved {
  readonly address: ThreadAddress
  readonly outbox: Outbox
  readonly codec: Codec
  readonly work: Work
  readonly post: PostOffice
  readonly registry: Registry
  readonly scopes: Scopes
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
  for (const call of thread.takeWaiting()) (thread.cameUp ? orphans : failed).push(call)
  for (const call of failed) fail(call, death)
  for (const { from, id } of here.post.takePassedOn(thread.address)) {
    const error = here.codec.encode(exited('the call', death))
    const outcome = { ok: false, error, changes: NO_CHANGES, ran: 0 } as const
    here.post.post({ kind: 'outcome', to: from, from: here.address, id, outcome })
  }
  releaseHandlesOf(here, thread.address)
  abortCallsOf(here, thread.address)
  here.forwarded.threadGone(thread.address)
  here.post.broadcast(
    (to) => ({ kind: 'gone', to, from: here.address, thread: thread.address }),
    thread.address,
  )
  const owner = [...here.executors].find((executor) => executor.threadGone(thread, orphans))
  if (!owner) for (const call of orphans) fail(call, death)
  // Where it was of no use at all, those who wait on are told why when no other can be started.
  const isTold = failed.length > 0 || (thread.hasFailedToStart && orphans.length > 0)
  if (cause !== undefined && thread.hasEndedItself && !isTold) warnOfUntold(death)
}

/** A thread that was made elsewhere has ended. Its calls are answered by whoever passed them on. */
export function otherThreadGone(here: Bereaved, thread: ThreadAddress): void {
  releaseHandlesOf(here, thread)
  abortCallsOf(here, thread)
}

/** Not started, so it may run elsewhere; but not where the thread never came up: its successor would not, either. */
function isOrphan(call: Call, thread: Thread): boolean {
  return call.sentTo === thread.address && thread.cameUp && !thread.hasTaken(call)
}

function fail(call: Call, death: Death): void {
  call.settle({ failure: exited(call.label, death) })
  call.finish()
}

/** It can call nothing any more, and finish nothing that it has begun to iterate over. */
function releaseHandlesOf(here: Bereaved, thread: ThreadAddress): void {
  const orphans = here.registry.handles.releaseAllOf(thread)
  if (orphans.length > 0) closeLater(here, orphans)
}

/** Not now: what says that they are not needed is read also while code of others is blocked here. */
export function closeLater(
  { scopes }: Pick<Bereaved, 'scopes'>,
  orphans: ReadonlyArray<Iterator<unknown>>,
): void {
  setImmediate(() => scopes.exit(() => closeIterators(orphans)))
}

/** Whoever waited for these is gone. */
function abortCallsOf({ work }: Bereaved, thread: ThreadAddress): void {
  for (const running of [...work.running]) {
    const { from } = running
    if (!isWithin(from, thread)) continue
    running.abort.abort(
      new ThreadExitedError(`The thread ${thread}, which waited for this call, has ended.`, {
        thread,
      }),
    )
  }
}
