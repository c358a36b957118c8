/** One call as listeners see it: told to those of this thread and, within a call that the root follows, to the root's. */
import type { Call } from '../call/call.js'
import { type CallEvent, callChannel, commonNow } from '../diagnostics/call-channel.js'
import type { FunctionRef, TraceMessage, WireValue } from '../protocol.js'
import type { Runtime } from '../runtime/runtime.js'

/** @returns undefined where nobody listens. */
export function traceOf(
  here: Runtime,
  ref: FunctionRef,
  mode: CallEvent['mode'],
): Trace | undefined {
  const isHeard = callChannel.hasSubscribers
  const isRoot = here.address === here.hostAddress
  if (!isHeard && isRoot) return undefined
  const parent = here.scopes.current()?.call?.trace
  return isHeard || parent !== undefined ? new Trace(here, ref, mode, parent) : undefined
}

export class Trace {
  readonly #here: Runtime
  readonly #ref: FunctionRef
  readonly #event: CallEvent
  readonly #isForwarded: boolean

  constructor(
    here: Runtime,
    ref: FunctionRef,
    mode: CallEvent['mode'],
    parent: string | undefined,
  ) {
    this.#here = here
    this.#ref = ref
    this.#isForwarded = parent !== undefined && here.address !== here.hostAddress
    here.tracedCalls += 1
    this.#event = {
      id: `${here.address}#${here.tracedCalls}`,
      parent,
      function: ref.name,
      module: ref.module,
      mode,
      from: here.address,
      startedAt: commonNow(),
      endedAt: undefined,
      thread: undefined,
      ran: undefined,
    }
  }

  get id(): string {
    return this.#event.id
  }

  /** Learns from the call where it ran and how long. */
  follow(call: Call): void {
    call.whenSettled((settlement) => {
      this.#event.endedAt = commonNow()
      if (!('outcome' in settlement)) return
      this.#event.thread = settlement.outcome.thread
      this.#event.ran = settlement.outcome.ran
    })
  }

  promise(start: () => Promise<unknown>): Promise<unknown> {
    this.#tell()
    try {
      const promise = callChannel.tracePromise(start, this.#event) as Promise<unknown>
      if (this.#isForwarded) {
        promise.then(
          () => this.#tellEnd(),
          (error: unknown) => this.#tellEnd({ error }),
        )
      }
      return promise
    } catch (error) {
      this.#tellEnd({ error })
      throw error
    }
  }

  sync(block: () => unknown): unknown {
    this.#tell()
    try {
      const value = callChannel.traceSync(block, this.#event)
      this.#tellEnd()
      return value
    } catch (error) {
      this.#tellEnd({ error })
      throw error
    }
  }

  #tell(more?: Pick<TraceMessage, 'end' | 'error'>): void {
    if (!this.#isForwarded) return
    const { id, parent, mode, startedAt } = this.#event
    const { address: from, hostAddress: to } = this.#here
    const call = { id, parent, ref: this.#ref, mode, startedAt }
    this.#here.postOrDrop({ kind: 'trace', to, from, call, ...more })
  }

  #tellEnd(failure?: { error: unknown }): void {
    if (!this.#isForwarded) return
    this.#event.endedAt ??= commonNow()
    const { endedAt, thread, ran } = this.#event
    this.#tell({
      end: { endedAt, thread, ran },
      ...(failure && { error: this.#encoded(failure.error) }),
    })
  }

  /** What can't cross is told as the reason why: a listener must never change what a call comes to. */
  #encoded(error: unknown): WireValue {
    const { codec } = this.#here
    try {
      return codec.encodeThrown(error)
    } catch (obstacle) {
      return codec.encode(obstacle)
    }
  }
}
