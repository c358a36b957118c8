/** A `ThreadSensitiveContext` as the code inside it knows it. */
import type { ThreadAddress } from '../protocol.js'

/** An open context, as far as a call inside it is concerned. */
export interface OpenContext {
  readonly signal: AbortSignal
  /** Whether the signal has aborted and no call has been told; asking counts as telling. */
  takeAbort(): boolean
}

export interface ContextRef {
  /** Unlike that of any other context of this process. To ask for it says that it is needed: until then it costs next to nothing. */
  readonly id: string
  /** Where it was opened on this thread, and until it ends. */
  readonly open?: OpenContext | undefined
}

/** The address of the thread that opened the context. */
export function openerOf(id: string): ThreadAddress {
  return id.slice(0, id.lastIndexOf(':'))
}
