/** One `syncToAsync` call, from the caller's arguments to the caller's result. */
import { Call } from '../call/call.js'
import { Codec } from '../codec/codec.js'
import type { Scope } from '../context/scope.js'
import { ClosedError } from '../errors.js'
import { chooseRoutes, type Route } from '../executor/choose-executor.js'
import type { FunctionRef, WireHandle } from '../protocol.js'
import { assertImportable } from '../registry/entry-module.js'
import { printRef } from '../registry/function-ref.js'
import type { Runtime } from '../runtime/runtime.js'
import { runtime } from '../runtime/runtime.js'
import type { CallOptions } from './call-options.js'
import { type Callee, giveResult } from './call-result.js'
import { encodeArguments } from './encode-arguments.js'
import { type Executor, ownPool } from './executor.js'
import { submitToForeign } from './foreign-call.js'
import { refOf, sendHome } from './home.js'
import { Surroundings } from './surroundings.js'
import { timedOut } from './timed-out.js'
import { traceOf } from './trace.js'

/** Where a function runs, as it was wrapped. */
export interface Placement {
  readonly threadSensitive: boolean
  readonly executor?: Executor | undefined
}

const ANYWHERE: Placement = { threadSensitive: true }

export function awaitCall(
  callee: Callee,
  placement: Placement,
  options: CallOptions,
  args: readonly unknown[],
): Promise<unknown> {
  // Not an async function, which would be a promise and some microtasks more on each call.
  try {
    const trace = traceOf(runtime(), callee.ref, 'sync')
    if (!trace) return startCall(callee, placement, options, args)
    return trace.promise(() => startCall({ ...callee, trace }, placement, options, args))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** A call of what a handle leads to: it runs there. A step of an iterator gives an `IteratorResult`. */
export function awaitHandle(
  handle: WireHandle,
  options: CallOptions,
  args: readonly unknown[],
  isStep = false,
): Promise<unknown> {
  const callee = { ref: refOf(handle), handle, isStep }
  return awaitCall(callee, ANYWHERE, options, [handle.id, ...args])
}

function startCall(
  callee: Callee,
  { threadSensitive, executor }: Placement,
  { signal, timeout, onAbort, transfer, context: values }: CallOptions,
  args: readonly unknown[],
): Promise<unknown> {
  const { ref, handle, trace } = callee
  const here = runtime()
  const scope = here.scopes.ensure()
  assertOpen(here, scope, ref)
  signal?.throwIfAborted()
  const open = here.open.context(scope.context)
  // As in asyncio: an abort ends what is running, or else the next call, once. Calls after that, to clean up, work.
  if (open?.takeAbort()) throw open.signal.reason
  const take = executor && ownPool(executor)
  if (executor && !take) return submitToForeign(here, executor, ref, { signal, timeout }, args)
  if (!handle) assertImportable(ref, here.entryModule, here.registry)
  const codec = new Codec(here.registry, ref)
  const encoded = encodeArguments(here, codec, args, transfer, handle)
  const surroundings = new Surroundings(here, scope, codec, values?.cell)
  // What runs below comes back to the loop that launched it: this one, or the one that launched this sync code.
  const loop = (scope.mode === 'sync' ? scope.loop : undefined) ?? here.address
  const { context, locals, storages } = surroundings
  const { chain } = scope
  const call = new Call(
    {
      mode: 'sync',
      ref,
      args: encoded.wire,
      scope: { chain, loop, context, locals, storages },
      // A pool must know how long its calls take.
      timed: trace !== undefined || !threadSensitive || here.statistics.isTiming,
      trace: trace?.id,
    },
    encoded.transfer,
  )
  call.endsThread = onAbort === 'terminate'
  trace?.follow(call)
  if (handle) sendHome(here, call, handle)
  else if (take) take(call)
  else
    dispatch(here, call, chooseRoutes({ threadSensitive, chain, context, starter: here.starter }))
  here.watch(call)
  watchTime(here, call, timeout)
  watchSignal(here, call, signal)
  if (open && !open.signal.aborted) watchSignal(here, call, open.signal, () => open.takeAbort())
  here.attendance.expect()
  return new Promise((resolve) =>
    call.whenSettled((settlement) => {
      here.attendance.yieldSoon()
      giveResult({ surroundings, codec, callee, settlement, resolve })
    }),
  )
}

/** @throws ClosedError (SYNCBRIDGE_CLOSED) for what begins after `shutdown()`; what had begun before may finish. */
export function assertOpen(here: Runtime, scope: Scope | undefined, ref: FunctionRef): void {
  if (!here.closed || scope?.call || here.open.context(scope?.context)) return
  throw new ClosedError(
    `${printRef(ref)} was called after shutdown(). Call configure() to start again.`,
    { function: printRef(ref) },
  )
}

function dispatch(here: Runtime, call: Call, routes: readonly Route[], at = 0): void {
  const route = routes[at]
  if (!route) return
  const isLast = at + 1 === routes.length
  call.onRefused = isLast ? undefined : () => dispatch(here, call, routes, at + 1)
  if (route.by !== 'frame') return here.sendToHost(call, route)
  const { thread, frame, outermost } = route.frame
  here.send(call, thread, { by: 'frame', frame, outermost })
}

function watchTime(here: Runtime, call: Call, timeout: number | undefined): void {
  if (timeout === undefined || call.settlement) return
  // Fires on time, whatever the thread does; also while this one is blocked, as the call may hold up what it waits for.
  const giveUp = () => here.outbox.abandon(call, timedOut(call.label, timeout, call), true)
  const stop = here.alarms.after(timeout, giveUp)
  call.whenSettled(stop)
}

function watchSignal(
  here: Runtime,
  call: Call,
  signal: AbortSignal | undefined,
  onTold?: () => void,
): void {
  if (!signal || call.settlement) return
  const stop = here.abortListeners.add(signal, () => {
    onTold?.()
    here.outbox.abandon(call, signal.reason)
  })
  call.whenSettled(stop)
}
