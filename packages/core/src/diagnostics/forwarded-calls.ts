/** Calls that other threads made within a traced one, as their messages tell: published here, to the root's listeners. */
import type { TraceMessage } from '../protocol.js'
import { isWithin } from '../thread-address.js'
import { type CallEvent, callChannel } from './call-channel.js'

export class ForwardedCalls {
  readonly #open = new Map<string, CallEvent>()

  start({ call, from }: TraceMessage): void {
    if (!callChannel.hasSubscribers) return
    const { ref, ...known } = call
    const event: CallEvent = {
      ...known,
      function: ref.name,
      module: ref.module,
      from,
      endedAt: undefined,
      thread: undefined,
      ran: undefined,
    }
    this.#open.set(event.id, event)
    callChannel.start.publish(event)
    // Its thread goes on meanwhile.
    if (event.mode === 'sync') callChannel.end.publish(event)
  }

  /** @param failure What it threw, in an object of its own, as anything may be thrown. */
  settle({ call, end }: TraceMessage, failure: { error: unknown } | undefined): void {
    const event = this.#open.get(call.id)
    if (!event || !this.#open.delete(call.id)) return
    Object.assign(event, end, failure)
    if (failure) callChannel.error.publish(event)
    if (event.mode === 'async') return callChannel.end.publish(event)
    callChannel.asyncStart.publish(event)
    callChannel.asyncEnd.publish(event)
  }

  /** The thread tells of its calls no more. */
  threadGone(thread: string): void {
    for (const [id, { from }] of this.#open) if (isWithin(from, thread)) this.#open.delete(id)
  }
}
