/**
 * What the end of a thread means to this one: its calls fail, with the exit code and the cause, or run elsewhere where they
 * had not started; what it waited for here is aborted; and the other threads are told.
 */
import type { Call } from '../call/call.js'
import type { Codec } from '../codec/codec.js'
import { ThreadExitedError } from '../errors.js'
import type { ThreadExecutor } from '../executor/executor.js'
import type { ThreadAddress } from '../protocol.js'
import type { Thread } from '../thread/thread.js'
import type { Outbox } from './outbox.js'
import type { PostOffice } from './post-office.js'
import type { Work } from './work.js'

export interface Bereaved {
  readonly address: ThreadAddress
  readonly outbox: Outbox
  readonly codec: Codec
  readonly work: Work
  readonly post: PostOffice
  readonly executors: Iterable<ThreadExecutor>
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
    started: thread.state !== 'starting',
  }
  here.post.remove(thread)
  const orphans: Call[] = []
  for (const call of here.outbox.pending.removeSentTo(thread.address)) {
    // Given up before it started: nobody waits for it to run elsewhere.
    if (call.settlement) call.finish()
    else if (isOrphan(call, thread)) orphans.push(call)
    else fail(call, death)
  }
  abortCallsOf(here, thread.address)
  const error = cause === undefined ? undefined : here.codec.encode(cause)
  here.post.broadcast(
    (to) => ({ kind: 'gone', to, from: here.address, thread: thread.address, exitCode, error }),
    thread.address,
  )
  const owner = [...here.executors].find((executor) => executor.threadGone(thread, orphans))
  if (!owner) for (const call of orphans) fail(call, death)
}

/** A thread that was made elsewhere has ended. */
export function otherThreadGone(
  here: Bereaved,
  thread: ThreadAddress,
  exitCode: number | undefined,
  cause: unknown,
): void {
  for (const call of here.outbox.pending.removeSentTo(thread))
    fail(call, { thread, role: 'other', exitCode, cause, started: true })
  abortCallsOf(here, thread)
}

/** Not started, so it may run elsewhere; but not where the thread never came up: its successor would not, either. */
function isOrphan(call: Call, thread: Thread): boolean {
  return call.sentTo === thread.address && thread.state !== 'starting' && !thread.hasTaken(call)
}

function fail(call: Call, { thread, role, exitCode, cause, started }: Death): void {
  const how = !started
    ? 'could not start'
    : exitCode === undefined
      ? 'ended without an exit code (it may have run out of memory)'
      : `ended with exit code ${exitCode}`
  const why =
    cause instanceof Error
      ? `: ${cause.name}: ${cause.message}`
      : '. process.exit() in a bridged function ends its thread: throw an error instead'
  const message = `${call.label}: the ${role} thread ${thread} ${how}${started ? ' before the call finished' : ''}${why}`
  const options = { exitCode, function: call.label, thread, ...(cause !== undefined && { cause }) }
  call.settle({ failure: new ThreadExitedError(message, options) })
  call.finish()
}

/** Whoever waited for these is gone. */
function abortCallsOf({ work }: Bereaved, thread: ThreadAddress): void {
  for (const { from, abort } of work.running) {
    if (from !== thread && !from.startsWith(`${thread}/`)) continue
    abort.abort(
      new ThreadExitedError(`The thread ${thread}, which waited for this call, has ended.`, {
        thread,
      }),
    )
  }
}
