/** A `ThreadSensitiveContext` as the code inside it knows it. */
import type { ThreadAddress } from '../protocol.js'

/** A context that was opened on this thread, as far as a call inside it is concerned. */
export interface OpenContext {
  /** The `ThreadSensitiveContext` that is run. */
  readonly owner: object
  readonly signal: AbortSignal
  /** Whether the signal has aborted and no call has been told, also when the context has ended since; asking counts as telling. */
  takeAbort(): boolean
}

export interface ContextRef {
  /** Unlike that of any other context of this process. To ask for it says that it is needed: until then it costs next to nothing. */
  readonly id: string
  /** Where it was opened on this thread, and until it ends. */
  readonly open?: OpenContext | undefined
  /** The same, also when it has ended: code that was begun inside may still be running. */
  readonly opened?: OpenContext | undefined
  /** On the thread that the context leases: the values of `threadCritical` Locals there. */
  readonly critical?: Map<string, unknown> | undefined
}

/**
 * The contexts that have leased this thread since it was last cleaned: one, as a rule. A scope holds the values of its own lease, so
 * that code which a past context left running never finds those of the present one.
 */
export class LeasedContexts {
  readonly #refs = new Map<string, ContextRef>()
  #lessee: ContextRef | undefined = undefined

  /** The context that has this thread now. A function that lives here may also be called in others. */
  get lessee(): ContextRef | undefined {
    return this.#lessee
  }

  /**
   * The same object for all calls of a context.
   * @param isLease Whether the call came because the context has this thread.
   */
  ref(id: string, isLease = false): ContextRef {
    let ref = this.#refs.get(id)
    if (!ref) {
      ref = { id, critical: new Map() }
      this.#refs.set(id, ref)
    }
    if (isLease) this.#lessee = ref
    return ref
  }

  /** Whether the context has this thread, and has not ended. */
  isLeasedTo(ref: ContextRef): boolean {
    return this.#lessee === ref
  }

  /** The context that has this thread has ended. Its values stay for what cleans up. */
  beginEnd(): void {
    this.#lessee = undefined
  }

  /** The lease is over: its values go, and what is still running keeps the empty map to itself. */
  end(): void {
    for (const { critical } of this.#refs.values()) critical?.clear()
    this.#refs.clear()
  }
}

/** The address of the thread that opened the context. */
export function openerOf(id: string): ThreadAddress {
  return id.slice(0, id.lastIndexOf(':'))
}
