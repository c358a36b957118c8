/** The calls that this thread sends, until they have come back: sent, passed on when refused, and given up. */
import type { Transferable } from 'node:worker_threads'
import type { Call } from '../call/call.js'
import { PendingCalls, refuse } from '../call/pending-calls.js'
import type { RunningCall } from '../call/perform-call.js'
import type { Alarms } from '../cancellation/alarms.js'
import type { Wake } from '../channel/channel.js'
import type { Codec } from '../codec/codec.js'
import type {
  CallMessage,
  CallRequest,
  FrameRef,
  Message,
  Target,
  ThreadAddress,
  Urgency,
  WireValue,
} from '../protocol.js'
import { type Overstays, urgencyOf } from './overstays.js'
import type { PostOffice } from './post-office.js'

export interface OutboxEnvironment {
  readonly address: ThreadAddress
  readonly post: PostOffice
  readonly codec: Codec
  readonly overstays: Overstays
  readonly alarms: Alarms
  /** A thread's message to itself. @throws DataCloneError */
  postHere(message: Message, transfer: readonly Transferable[]): void
  running(): Iterable<RunningCall>
  /** When the thread that gets a call is woken for it. */
  wakeFor(request: CallRequest): Wake
  /** The innermost blocked frame of a thread next to this one, 0 where there is none; undefined for any other thread. */
  innermostFrame(address: ThreadAddress): number | undefined
  /** Whether whoever is first on the way there reads nothing now. */
  isHeldUp(address: ThreadAddress): boolean
}

/** After so many ms the thread of a call that was given up is looked at again: time enough to read what it is told. */
const SECOND_LOOK = 50

export class Outbox {
  readonly pending = new PendingCalls()
  readonly #here: OutboxEnvironment

  constructor(here: OutboxEnvironment) {
    this.#here = here
  }

  /** Sends a call to a place that its addressee resolves. @returns false where it could not be sent, and has been settled. */
  send(call: Call, to: ThreadAddress, target: Target): boolean {
    const { address, post } = this.#here
    const channel = to === address ? undefined : post.channelTo(to)
    if (!channel && to !== address) {
      refuse(call)
      return false
    }
    const id = this.pending.add(call)
    call.sentTo = to
    call.sentBy = target
    const message: CallMessage = {
      kind: 'call',
      to,
      from: address,
      id,
      target,
      request: call.request,
    }
    try {
      if (channel) channel.post(message, call.transfer, this.#here.wakeFor(call.request))
      else this.#here.postHere(message, call.transfer)
    } catch (cause) {
      // First, as it needs no stack: where what follows is cut off, `abandon` finds it so.
      call.sentTo = undefined
      this.pending.remove(id)
      call.failToCross(cause)
      return false
    }
    if (call.transfer.length > 0) call.movedTo = to
    return true
  }

  sendToFrame(call: Call, { thread, frame, outermost }: FrameRef, onRefused: () => void): void {
    const { onRefused: before } = call
    call.onRefused = () => {
      call.onRefused = before
      onRefused()
    }
    this.send(call, thread, { by: 'frame', frame, outermost })
  }

  /** Passes an abort on to whoever runs the call, and leaves the outcome to them. */
  passAbort(
    call: Call,
    reason: unknown,
    told = false,
    urgency = urgencyOf(reason, call.endsThread),
  ): void {
    const id = this.pending.idOf(call)
    const { sentTo: to } = call
    if (id === undefined || to === undefined) return
    const message: Message = {
      kind: 'abort',
      to,
      from: this.#here.address,
      id,
      reason: cloneableReason(reason, this.#here.codec),
      told,
      urgency,
    }
    if (to === this.#here.address) this.#here.postHere(message, [])
    else this.#here.post.post(message)
  }

  /**
   * Gives a call up. Queued, it never runs; running, its result is dropped and its caller released. A call that is
   * blocked in `asyncToSync` is not settled unless `force`: the async function below is aborted instead, and what the sync
   * code makes of that is the outcome.
   * @param urgency How long its code may run on.
   * @param tellCaller What its caller is told instead of the reason, if the call was sent: asked when its abort has been posted.
   */
  abandon(
    call: Call,
    reason: unknown,
    force = false,
    urgency: Urgency = urgencyOf(reason, call.endsThread),
    tellCaller: () => unknown = () => reason,
  ): void {
    if (call.settlement) return
    if (call.withdraw || call.sentTo === undefined) {
      call.withdraw?.()
      this.pending.remove(call.id)
      // Before it is settled: of a call that was passed on, the caller has the reason itself.
      call.givenUp = { reason, urgency }
      call.settle({ failure: reason })
      call.finish()
      return
    }
    call.givenUp = { reason, urgency }
    const below = this.#runningBelow(call)
    // Straight to the async functions that run here: the blocked thread may be busy with code below them. They are proof that
    // the call is blocked, and what it makes of their end is its outcome.
    for (const { abort } of below) abort.abort(reason)
    const isBlocked = below.length > 0
    const answers = isBlocked || this.#willAnswer(call)
    this.passAbort(call, reason, isBlocked, urgency)
    if (force || !answers || urgency === 'terminate') call.settle({ failure: tellCaller() })
    if (call.settlement) this.#here.overstays.watch(call, urgency)
    else if (!isBlocked) this.#lookAgain(call)
  }

  /** Whoever runs the call has read its abort. */
  heard(id: number, isActedOn: boolean): void {
    const call = this.pending.find(id)
    if (!call?.givenUp || call.settlement) return
    if (isActedOn) call.givenUp = { ...call.givenUp, isActedOn }
    else this.#release(call)
  }

  /** Its caller waits no longer for the code, which runs on. */
  #release(call: Call): void {
    const { reason, urgency } = call.givenUp ?? { reason: undefined }
    call.settle({ failure: reason })
    this.#here.overstays.watch(call, urgency ?? urgencyOf(reason, call.endsThread))
  }

  /**
   * A thread that was blocked may have had its answer already, and not read it: then it runs on without having read the abort. Nobody but
   * us can find that out.
   */
  #lookAgain(call: Call): void {
    const { sentTo } = call
    if (sentTo === undefined || this.#here.innermostFrame(sentTo) === undefined) return
    const look = () => {
      if (call.settlement || !call.givenUp || call.givenUp.isActedOn) return
      if (this.#willAnswer(call)) this.#lookAgain(call)
      else this.#release(call)
    }
    this.#here.alarms.after(SECOND_LOOK, look, false)
  }

  /**
   * Whether somebody reads the abort now, and says what becomes of the call: a blocked thread does, and so do the root, for a call
   * that it gave to one of its executors, and whoever passes the abort on to a thread that is not next to this one.
   * A thread that is running code reads nothing before that has ended, and passes nothing on.
   */
  #willAnswer({ sentTo, sentBy }: Call): boolean {
    if (sentTo === undefined || sentBy === undefined) return false
    const innermost =
      sentBy.by === 'thread' || sentBy.by === 'frame'
        ? this.#here.innermostFrame(sentTo)
        : undefined
    return innermost === undefined ? !this.#here.isHeldUp(sentTo) : isBlockedIn(innermost, sentBy)
  }

  /** The async functions that run here for a thread that the call has blocked. */
  #runningBelow(call: Call): RunningCall[] {
    const id = this.pending.idOf(call)
    if (id === undefined) return []
    return [...this.#here.running()].filter(({ message }) => {
      const { parent } = message.request
      return parent?.from === this.#here.address && parent.id === id
    })
  }
}

/** Code on a frame is blocked where there is a frame inside that one; code of a thread's own queue, where there is any. */
export function isBlockedIn(innermost: number, target: Target): boolean {
  return innermost > (target.by === 'frame' ? target.frame : 0)
}

function cloneableReason(reason: unknown, codec: Codec): WireValue {
  try {
    const wire = codec.encode(reason)
    structuredClone(wire)
    return wire
  } catch {
    return codec.encode(new DOMException('This operation was aborted', 'AbortError'))
  }
}
