/**
 * What listeners are told of calls: Node's tracing channel `syncbridge:call`. Channels belong to a thread; what a traced call
 * does on other threads reaches the root by message (`forwarded-calls.ts`). Nobody listens, nothing is made.
 */
import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import { throwLater } from '../call-safely.js'
import type { ThreadAddress } from '../protocol.js'

/** One call, the same object from `start` to its last event. */
export interface CallEvent {
  /** Unique in the process. */
  readonly id: string
  /** The id of the call in which this one was made, where that is traced too. */
  readonly parent: string | undefined
  /** The function's name. */
  readonly function: string
  /** The URL of the function's module. */
  readonly module: string
  /** What was called: `sync` code by `syncToAsync`, `async` code by `asyncToSync`. */
  readonly mode: 'sync' | 'async'
  /** The thread that made the call, as `ThreadEvent.thread` has it; the root is `0`. */
  readonly from: ThreadAddress
  /** When it was made, in ms since the epoch with fractions: the same clock on every thread. */
  readonly startedAt: number
  /** When it was settled. Undefined until then. */
  endedAt: number | undefined
  /** The thread that ran it. Undefined until it is settled, and where it never ran. */
  thread: ThreadAddress | undefined
  /** How long the function itself took, in ms. Undefined until it is settled, and where it never ran. */
  ran: number | undefined
  /** What it threw, as its caller gets it. */
  error?: unknown
  /** What it returned, as its caller gets it; only of calls that were made on this thread. */
  result?: unknown
}

export const callChannel: TracingChannel<unknown, CallEvent> = tracingChannel('syncbridge:call')

/** Now, by a clock that all threads have in common, in ms. */
export function commonNow(): number {
  return performance.timeOrigin + performance.now()
}

/**
 * Writes to an event what became of its call. Listeners have had the event, and may have frozen it or given it accessors that throw: an
 * error of theirs is told once, and the other properties are written all the same.
 */
export function writeTo(event: CallEvent, known: Partial<CallEvent>): void {
  let failure: { error: unknown } | undefined
  for (const [key, value] of Object.entries(known)) {
    try {
      Object.assign(event, { [key]: value })
    } catch (error) {
      failure ??= { error }
    }
  }
  if (failure) throwLater(failure.error)
}
