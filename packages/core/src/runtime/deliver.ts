/** What each kind of message means to the thread that it is addressed to. The messages themselves: `protocol.ts`. */
import type { Frames } from '../call/frame.js'
import { Codec } from '../codec/codec.js'
import type { ForwardedCalls } from '../diagnostics/forwarded-calls.js'
import type {
  AbortMessage,
  CallMessage,
  CallName,
  CleanMessage,
  ContextMessage,
  HandleMessage,
  LifeMessage,
  Message,
  Outcome,
  WireValue,
} from '../protocol.js'
import { closeIterators } from '../registry/iterators.js'
import type { Registry } from '../registry/registry.js'
import type { ExitHooks } from './exit-hooks.js'
import type { Host } from './host.js'
import type { OpenWork } from './open-work.js'
import { type Bereaved, closeLater, otherThreadGone } from './thread-deaths.js'
import type { ThreadExit } from './thread-exit.js'

/** What messages act on: the runtime of the thread that they are addressed to. */
export interface Addressee extends Bereaved {
  readonly registry: Registry
  readonly frames: Frames
  readonly host: Host | undefined
  readonly exitHooks: ExitHooks
  readonly threadExit: ThreadExit
  readonly open: OpenWork
  readonly forwarded: ForwardedCalls
  readonly critical: Map<string, unknown>
  postOrDrop(message: Message): void
}

export type Refuser = Pick<Addressee, 'address' | 'postOrDrop'>

export function deliver(runtime: Addressee, message: Message): void {
  switch (message.kind) {
    case 'call':
      return deliverCall(runtime, message)
    case 'outcome':
      if (!runtime.outbox.pending.settle(message.id, message.outcome))
        discard(runtime, message.outcome)
      return
    case 'abort':
      return deliverAbort(runtime, message)
    case 'context':
      return deliverContext(runtime, message)
    case 'clean':
      return clean(runtime, message)
    case 'cleaned':
      if (message.error) process.emitWarning(asError(runtime.codec.decode(message.error)))
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
      otherThreadGone(runtime, message.thread)
      const pass = (to: string) => ({ ...message, to, from: runtime.address })
      return runtime.post.broadcast(pass, message.from)
    }
    case 'output':
      return void (message.fd === 1 ? process.stdout : process.stderr).write(message.chunk)
    case 'trace': {
      const { call, end, error } = message
      if (!end) return runtime.forwarded.start(message)
      // The function's own module may hold the error's class.
      const codec = new Codec(runtime.registry, call.ref)
      runtime.forwarded.settle(message, error && { error: codec.decode(error) })
    }
  }
}

function deliverCall(runtime: Addressee, message: CallMessage): void {
  const { target, request } = message
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
  if (change === 'keep') return handles.keep(id, from)
  const orphan = handles.release(id, from)
  if (orphan) closeLater(runtime, [orphan])
}

function deliverLife(runtime: Addressee, { from, state, error }: LifeMessage): void {
  const thread = runtime.post.thread(from)
  if (!thread) return
  if (state === 'tidy') return thread.markTidy()
  if (state === 'dying') return thread.dying(error && runtime.codec.decode(error))
  thread.markReady()
  runtime.failedStarts.ready(thread)
}

/** Its call has been settled without it. */
function discard({ codec }: Addressee, outcome: Outcome): void {
  if (outcome.ok !== 'refused') codec.discard(outcome.ok ? outcome.value : outcome.error)
}

/** The call has not started and will not: its caller may try elsewhere, unless it has given it up. */
export function answerRefused(here: Refuser, { from, id }: CallName): void {
  here.postOrDrop({ kind: 'outcome', to: from, from: here.address, id, outcome: { ok: 'refused' } })
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
  const decoded = runtime.codec.decode(reason)
  const running = runtime.work.running.find(from, id)
  if (running) return running.abort.abort(decoded, told)
  const relayed = runtime.host?.relayedCall(from, id)
  if (relayed) {
    if (told) runtime.outbox.passAbort(relayed, decoded, told, urgency)
    else runtime.outbox.abandon(relayed, decoded, false, urgency)
  } else if (runtime.work.withdraw(from, id) || runtime.frames.withdraw(from, id)) {
    answerRefused(runtime, { from, id })
  }
}

/** A context has ended: what it left on this thread goes, before the thread serves another. */
function clean(runtime: Addressee, { context, from }: CleanMessage): void {
  let error: WireValue | undefined
  try {
    try {
      closeIterators(runtime.registry.handles.releaseContext(context))
    } finally {
      runtime.exitHooks.run(context)
    }
  } catch (thrown) {
    error = runtime.codec.encode(thrown)
  }
  runtime.critical.clear()
  const answer = { kind: 'cleaned', to: from, from: runtime.address, context } as const
  runtime.postOrDrop(error ? { ...answer, error } : answer)
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value))
}
