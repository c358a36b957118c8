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
}

interface Death {
  readonly thread: ThreadAddress
  readonly role: string
  readonly exitCode: number | undefined
  readonly cause: unknown
  /** Whether it had come up at all. */
  readonly started: boolean
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
  }
  here.post.remove(thread)
  const orphans: Call[] = []
  for (const call of here.outbox.pending.removeSentTo(thread.address)) {
    // Given up before it started: nobody waits for it to run elsewhere.
    if (call.settlement) call.finish()
    else if (isOrphan(call, thread)) orphans.push(call)
    else fail(call, death)
  }
  for (const call of thread.takeWaiting()) {
    if (thread.cameUp) orphans.push(call)
    else fail(call, death)
  }
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

function exited(
  label: string,
  { thread, role, exitCode, cause, started }: Death,
): ThreadExitedError {
  const what = `${label}: the ${role} thread ${thread} ${howItEnded(exitCode, cause, started)}`
  const options = { exitCode, function: label, thread, ...(cause !== undefined && { cause }) }
  return new ThreadExitedError(what, options)
}

function howItEnded(exitCode: number | undefined, cause: unknown, started: boolean): string {
  const how =
    exitCode === undefined ? 'ended without an exit code' : `ended with exit code ${exitCode}`
  if (cause instanceof Error) {
    return `${started ? `${how} before the call finished` : 'could not start'}: ${cause.name}: ${cause.message}`
  }
  if (!started) {
    return 'could not start, and the thread that waited for it could not be told why: see configure({ setup, execArgv, env }) and NODE_OPTIONS'
  }
  const remedy =
    exitCode === undefined
      ? 'It may have run out of memory: see configure({ resourceLimits })'
      : 'process.exit() in a bridged function ends its thread: throw an error instead'
  return `${how} before the call finished. ${remedy}`
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
