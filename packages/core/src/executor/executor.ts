/** BY WHOM: what runs calls. Implementations stand beside this file; `choose-executor.ts` decides among them. */
import type { Call } from '../call/call.js'
import type { Thread } from '../thread/thread.js'
import type { ThreadRole } from '../thread/thread-boot.js'

export interface ThreadExecutor {
  /** Calls that wait for a thread. Those that were sent to a thread, and wait there, are its own. */
  readonly queued: number
  /**
   * A thread ended; `orphans` are its calls that never started.
   * @returns whether it was one of this executor's, which then sees to the orphans.
   */
  threadGone(thread: Thread, orphans: readonly Call[]): boolean
  /** Threads may be started that could not be before (`runtime/failed-starts.ts`): there may be calls that wait for one. */
  threadsMayStart?(): void
}

/** In place of a thread: none is started now, since the last ones could not start. */
export interface StartPause {
  readonly state: 'paused'
  /** Takes a call as a thread does that can't start: the call fails, with the reason. */
  run(call: Call): void
}

/** Makes a thread; handed to executors, which never make one themselves. */
export type Spawn = (role: ThreadRole) => Thread | StartPause
