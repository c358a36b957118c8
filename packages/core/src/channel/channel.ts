/**
 * HOW: messages between a thread and its maker. Everything above knows only this interface; a transport through shared
 * memory goes behind it. Messages arrive in the order they were posted.
 */
import type { Transferable } from 'node:worker_threads'
import type { Message } from '../protocol.js'

export interface Channel {
  /** @throws DataCloneError where a value can't be cloned; nothing is sent then. */
  post(message: Message, transfer?: readonly Transferable[]): void
  /** The next message, if one is there now: also works while the thread is blocked. */
  take(): Message | undefined
  /** Messages that nobody took come here when the event loop turns. */
  listen(receive: (message: Message) => void): void
  /** While held, the channel keeps its thread's event loop alive. Holds are counted. */
  hold(): void
  release(): void
  /** Whether the other side is gone, asked without an event loop. */
  isSevered(): boolean
  close(): void
}
