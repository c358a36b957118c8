/** What each kind of message means to the thread that it is addressed to. The messages themselves: `protocol.ts`. */

import type { Alarms } from '../cancellation/alarms.js'
import { Codec } from '../codec/codec.js'
import type { ForwardedCalls } from '../diagnostics/forwarded-calls.js'
import { nextTick } from '../own-timers.js'
import type {
  AbortMessage,
  CallMessage,
  ContextMessage,
  HandleMessage,
  LifeMessage,
  Message,
  OutcomeMessage,
  OutputMessage,
  ThreadAddress,
} from '../protocol.js'
import type { Registry } from '../registry/registry.js'
import { answerRefused } from './answer-refused.js'
import { type CleanUpEnvironment, cleanUp, warnOfFailedExit } from './clean-up.js'
import { decoded } from './decoded.js'
import type { ExportsTold } from './exports-told.js'
import { limitLoad } from './load-limits.js'
import type { OpenWork } from './open-work.js'
import { type Bereaved, otherThreadGone } from './thread-deaths.js'
import type { ThreadExit } from './thread-exit.js'

/** What messages act on: the runtime of the thread that they are addressed to. */
export interface Addressee extends Bereaved, CleanUpEnvironment {
  readonly registry: Registry
  readonly alarms: Alarms
  readonly threadExit: ThreadExit
  readonly exportsTold: ExportsTold
  readonly open: OpenWork
  readonly forwarded: ForwardedCalls
  /** False for a thread that is known to have ended. */
  mayBeThere(thread: ThreadAddress): boolean
}

export function deliver(runtime: Addressee, message: Message): void {
  switch (message.kind) {
    case 'call':
      return deliverCall(runtime, message)
    case 'outcome':
      return deliverOutcome(runtime, message)
    case 'abort':
      return deliverAbort(runtime, message)
    case 'heard':
      return runtime.outbox.heard(message.id, message.isActedOn)
    case 'context':
      return deliverContext(runtime, message)
    case 'clean':
      return cleanUp(runtime, message)
    case 'cleaned':
      warnOfFailedExit(runtime, message.error)
      return runtime.host?.cleaned(message)
    case 'handle':
      return deliverHandle(runtime, message)
    case 'life':
      return deliverLife(runtime, message)
    case 'leave':
      return void runtime.threadExit.leave()
    case 'pulse':
      if (message.isAnswer) runtime.post.thread(message.from)?.noteAnswer(message.number)
      else runtime.postOrDrop({ ...message, to: message.from, from: message.to, isAnswer: true })
      return
    case 'gone': {
      const pass = (to: string) => ({ ...message, to, from: runtime.address })
      otherThreadGone(runtime, message.thread, () => runtime.post.broadcast(pass, message.from))
      return runtime.exportsTold.threadGone(message.thread)
    }
    case 'exports':
      return runtime.registry.noteExports(message.module, message.names)
    case 'output':
      return print(message)
    case 'trace': {
      const { call, end, error } = message
      if (!end) return runtime.forwarded.start(message)
      // The function's own module may hold the error's class.
      const codec = new Codec(runtime.registry, call.ref)
      runtime.forwarded.settle(message, error && { error: decoded(codec, error) })
    }
  }
}

/** Whoever reads has more to do, and is not whom a stream of the user's may throw at. */
function print({ fd, chunk }: OutputMessage): void {
  try {
    ;(fd === 1 ? process.stdout : process.stderr).write(chunk)
  } catch (error) {
    nextTick(() => {
      throw error
    })
  }
}

function deliverCall(runtime: Addressee, message: CallMessage): void {
  const { target, request } = message
  if (request.ref.kind === 'handle') runtime.registry.handles.bind(request)
  if (target.by === 'thread') {
    if (request.mode === 'sync') runtime.work.push(message)
    else runtime.work.start(message)
    return
  }
  if (target.by === 'frame') {
    const frame = runtime.frames.find(target.frame, target.outermost)
    if (frame) frame.queue.push(message)
    else answerRefused(runtime, message)
    return
  }
  if (runtime.host) runtime.host.relay(message)
  else answerRefused(runtime, message)
}

function deliverHandle(runtime: Addressee, { id, from, change }: HandleMessage): void {
  const { handles } = runtime.registry
  // What has ended, and may have asked before, keeps nothing.
  if (change === 'keep') return runtime.mayBeThere(from) ? handles.keep(id, from) : undefined
  const orphan = change === 'close' ? handles.iteratorOf(id) : handles.release(id, from)
  if (orphan) runtime.leftOpen.closeLater([orphan])
}

function deliverLife(runtime: Addressee, { from, state, error, load }: LifeMessage): void {
  const thread = runtime.post.thread(from)
  if (!thread) return
  if (state === 'tidy') return thread.markTidy()
  if (state === 'loading') return load && limitLoad(runtime.alarms, thread, load)
  if (state === 'dying') return thread.dying(error && decoded(runtime.codec, error))
  thread.markReady()
  runtime.failedStarts.ready(thread)
}

function deliverOutcome({ outbox, codec }: Addressee, { id, outcome }: OutcomeMessage): void {
  const { pending } = outbox
  // What it gives was counted for whoever made the call first, and is given back in that name.
  const holder = pending.find(id)?.request.origin?.from
  if (pending.settle(id, outcome) || outcome.ok === 'refused') return
  // Its call has been settled without it.
  codec.discard(outcome.ok ? outcome.value : outcome.error, holder)
}

function deliverContext(runtime: Addressee, { context, state, from }: ContextMessage): void {
  if (state === 'over') return runtime.open.over(context)
  const { host, address: here } = runtime
  if (state === 'open') return host?.leases.open(context)
  host?.leases.end(context, () =>
    runtime.postOrDrop({ kind: 'context', to: from, from: here, context, state: 'over' }),
  )
}

function deliverAbort(runtime: Addressee, { from, id, reason, told, urgency }: AbortMessage): void {
  const why = decoded(runtime.codec, reason)
  const running = runtime.work.running.find(from, id)
  if (running) {
    const isActedOn = running.abort.abort(why, told)
    if (running.mode === 'sync')
      runtime.postOrDrop({ kind: 'heard', to: from, from: runtime.address, id, isActedOn })
    return
  }
  const relayed = runtime.host?.relayedCall(from, id)
  if (relayed) {
    if (told) runtime.outbox.passAbort(relayed, why, told, urgency)
    else runtime.outbox.abandon(relayed, why, false, urgency)
  } else if (runtime.work.withdraw(from, id) || runtime.frames.withdraw(from, id)) {
    answerRefused(runtime, { from, id })
  }
}
