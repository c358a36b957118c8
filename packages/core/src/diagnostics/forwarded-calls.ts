/** Calls that other threads made within a traced one, as their messages tell: published here, to the root's listeners. */
import type { ThreadAddress, TraceMessage } from '../protocol.js'
import { isWithin } from '../thread-address.js'
import type { Announcements } from './announcements.js'
import { type CallEvent, callChannel, writeTo } from './call-channel.js'

/** What is known of an open call stands beside its event, which belongs to the listeners. */
interface OpenCall {
  readonly event: CallEvent
  readonly from: ThreadAddress
  readonly mode: CallEvent['mode']
}

export class ForwardedCalls {
  readonly #announcements: Announcements
  readonly #open = new Map<string, OpenCall>()

  constructor(announcements: Announcements) {
    this.#announcements = announcements
  }

  start({ call, from }: TraceMessage): void {
    if (!callChannel.hasSubscribers) return
    const { ref, ...known } = call
    const { id, mode } = call
    const event: CallEvent = {
      ...known,
      function: ref.name,
      module: ref.module,
      from,
      endedAt: undefined,
      thread: undefined,
      ran: undefined,
    }
    this.#open.set(id, { event, from, mode })
    this.#announcements.add(() => {
      callChannel.start.publish(event)
      // Its thread goes on meanwhile.
      if (mode === 'sync') callChannel.end.publish(event)
    })
  }

  /** @param failure What it threw, in an object of its own, as anything may be thrown. */
  settle({ call, end }: TraceMessage, failure: { error: unknown } | undefined): void {
    const open = this.#open.get(call.id)
    if (!open || !this.#open.delete(call.id)) return
    const { event, mode } = open
    this.#announcements.add(() => {
      writeTo(event, { ...end, ...failure })
      if (failure) callChannel.error.publish(event)
      if (mode === 'async') return callChannel.end.publish(event)
      callChannel.asyncStart.publish(event)
      callChannel.asyncEnd.publish(event)
    })
  }

  /** The thread tells of its calls no more. */
  threadGone(thread: ThreadAddress): void {
    for (const [id, { from }] of this.#open) if (isWithin(from, thread)) this.#open.delete(id)
  }
}
