/** What listeners are told of threads: Node's channel `syncbridge:thread`, on the thread that makes them. */
import { channel } from 'node:diagnostics_channel'
import type { ThreadAddress } from '../protocol.js'

/** A thread was started, is ready for calls, or has ended. */
export interface ThreadEvent {
  /** Its path from the root of the tree of threads, such as `0/3`: what `CallEvent.thread` names. */
  readonly thread: ThreadAddress
  /** Node's `threadId`, as in `stats()`; -1 where Node could not start it. */
  readonly id: number
  /** What it is for. */
  readonly role: 'shared' | 'pool' | 'leased' | 'loop'
  /** What has become of it: `ready` is when it can take calls. */
  readonly state: 'started' | 'ready' | 'ended'
  /** How it ended; undefined until then, and where it died without a code. */
  readonly exitCode: number | undefined
  /** When, in ms since the epoch with fractions. */
  readonly at: number
}

export const threadChannel = channel('syncbridge:thread')
