/** One call as listeners see it: told to those of this thread and, within a call that the root follows, to the root's. */
import type { Call } from '../call/call.js'
import { type CallEvent, callChannel, commonNow, writeTo } from '../diagnostics/call-channel.js'
import { TransferError } from '../errors.js'
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
  /** Kept beside the event, which belongs to the listeners, as all that the library needs to know of the call. */
  readonly id: string
  readonly #here: Runtime
  readonly #ref: FunctionRef
  readonly #event: CallEvent
  readonly #isForwarded: boolean
  readonly #made: Pick<CallEvent, 'parent' | 'mode' | 'startedAt'>
  #end: Required<TraceMessage>['end'] | undefined

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
    this.id = `${here.address}#${here.tracedCalls}`
    this.#made = { parent, mode, startedAt: commonNow() }
    this.#event = {
      ...this.#made,
      id: this.id,
      function: ref.name,
      module: ref.module,
      from: here.address,
      endedAt: undefined,
      thread: undefined,
      ran: undefined,
    }
  }

  /** Learns from the call where it ran and how long. */
  follow(call: Call): void {
    call.whenSettled((settlement) => {
      const { thread, ran } =
        'outcome' in settlement ? settlement.outcome : { thread: undefined, ran: undefined }
      this.#end = { endedAt: commonNow(), thread, ran }
    })
  }

  // Not by Node's tracePromise and traceSync: what these can't write to an event that a listener has frozen fails the call.

  promise(start: () => Promise<unknown>): Promise<unknown> {
    this.#tell()
    return callChannel.start.runStores(this.#event, () => {
      try {
        return start().then(
          (value) => {
            this.#settled({ result: value })
            return value
          },
          (error: unknown) => {
            this.#settled({ error })
            throw error
          },
        )
      } catch (error) {
        this.#over({ error })
        throw error
      } finally {
        callChannel.end.publish(this.#event)
      }
    })
  }

  sync(block: () => unknown): unknown {
    this.#tell()
    return callChannel.start.runStores(this.#event, () => {
      try {
        const value = block()
        this.#over({ result: value })
        return value
      } catch (error) {
        this.#over({ error })
        throw error
      } finally {
        callChannel.end.publish(this.#event)
      }
    })
  }

  #settled(what: { result: unknown } | { error: unknown }): void {
    this.#over(what)
    callChannel.asyncStart.publish(this.#event)
    callChannel.asyncEnd.publish(this.#event)
  }

  #over(what: { result: unknown } | { error: unknown }): void {
    const end = this.#end ?? { endedAt: commonNow(), thread: undefined, ran: undefined }
    // The calls within this one have ended before it.
    this.#here.announcements.publish()
    this.#tellEnd(end, what)
    writeTo(this.#event, { ...end, ...what })
    if ('error' in what) callChannel.error.publish(this.#event)
  }

  #tell(more?: Pick<TraceMessage, 'end' | 'error'>): void {
    if (!this.#isForwarded) return
    const { address: from, hostAddress: to } = this.#here
    const call = { id: this.id, ...this.#made, ref: this.#ref }
    this.#here.postOrDrop({ kind: 'trace', to, from, call, ...more })
  }

  #tellEnd(
    end: Required<TraceMessage>['end'],
    what: { result: unknown } | { error: unknown },
  ): void {
    if (!this.#isForwarded) return
    this.#tell({ end, ...('error' in what && { error: this.#encoded(what.error) }) })
  }

  /** An error that can't cross is told as the reason why. Nothing that goes wrong here may change what the call comes to. */
  #encoded(error: unknown): WireValue {
    const { codec } = this.#here
    try {
      return codec.encodeThrown(error)
    } catch {
      const { name } = this.#ref
      const why = `what ${name} threw can't be told to the listeners of the root: it can't cross between threads`
      return codec.encode(new TransferError(why, { function: name }))
    }
  }
}
