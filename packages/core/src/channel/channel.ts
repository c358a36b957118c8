/**
 * HOW: messages between a thread and its maker. Everything above knows only this interface. Messages arrive in the order
 * they were posted.
 */
import type { Transferable } from 'node:worker_threads'
import type { Message } from '../protocol.js'

export interface Channel {
  /**
   * @param isMoreToCome More messages will follow soon, or the reader will find this one without being woken.
   * @throws DataCloneError where a value can't be cloned; nothing is sent then.
   */
  post(message: Message, transfer?: readonly Transferable[], isMoreToCome?: boolean): void
  /** Wakes the other side for what was posted with more to come. */
  flush(): void
  /** The next message, if one is there now: also works while the thread is blocked. */
  take(): Message | undefined
  /** Whether `take` would find something; cheap, for a thread that is about to sleep. */
  hasNews(): boolean
  /** `wake` is called in the event loop when a message has come that this thread, as its bell says, sleeps through. */
  listen(wake: () => void): void
  /** While held, the channel keeps its thread's event loop alive. Holds are counted. */
  hold(): void
  release(): void
  /** Whether the other side is gone, asked without an event loop. */
  isSevered(): boolean
  close(): void
}
