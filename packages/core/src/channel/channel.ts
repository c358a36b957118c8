/**
 * HOW: messages between a thread and its maker. Everything above knows only this interface. Messages arrive in the order
 * they were posted.
 */
import type { Transferable } from 'node:worker_threads'
import type { Message } from '../protocol.js'

/** When the other side is woken: at once; at once unless it is patient (see Bell), as more is to come; with the next `flush`. */
export type Wake = 'now' | 'unless patient' | 'by flush'

export interface Channel {
  /** @throws DataCloneError where a value can't be cloned; nothing is sent then. */
  post(message: Message, transfer?: readonly Transferable[], wake?: Wake): void
  /**
   * Wakes the other side for what it was not woken for. Whoever posts without waking must flush before it sleeps.
   * @param isMoreToCome Before that it will post more: where the other side is patient, it is left asleep.
   */
  flush(isMoreToCome?: boolean): void
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
