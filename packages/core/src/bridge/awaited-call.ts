/** One `syncToAsync` call, from the caller's arguments to the caller's result. */
import { Call } from '../call/call.js'
import { reasonOf, throwIfAborted } from '../cancellation/abort-signal.js'
import { Codec } from '../codec/codec.js'
import { captureAtCall } from '../codec/stack-capture.js'
import { aroundNow, type Scope } from '../context/scope.js'
import { ClosedError } from '../errors.js'
import { chooseRoutes, type Route } from '../executor/choose-executor.js'
import type { FunctionRef } from '../protocol.js'
import { assertImportable } from '../registry/entry-module.js'
import { printRef } from '../registry/function-ref.js'
import { afterwards } from '../runtime/afterwards.js'
import type { Runtime } from '../runtime/runtime.js'
import { runtime } from '../runtime/runtime.js'
import type { CallOptions } from './call-options.js'
import { type Callee, giveResult } from './call-result.js'
import { type Executor, ownPool } from './executor.js'
import { submitToForeign } from './foreign-call.js'
import { giveUp } from './give-up.js'
import { type Foreign, holdFor, refOf, sendHome } from './home.js'
import { readValues } from './read-values.js'
import type { Surroundings } from './surroundings.js'
import { giveUpLate } from './timed-out.js'
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
    const calledAt = captureAtCall()
    if (!trace && !calledAt) return startCall(callee, placement, options, args)
    const start = () => startCall({ ...callee, trace, calledAt }, placement, options, args)
    return trace ? trace.promise(start) : start()
  } catch (error) {
    return Promise.reject(error)
  }
}

/** A call of what a handle leads to: it runs there. A step of an iterator gives an `IteratorResult`. */
export function awaitHandle(
  { handle, stub }: Foreign,
  options: CallOptions,
  args: readonly unknown[],
  isStep = false,
): Promise<unknown> {
  const callee = { ref: refOf(handle), handle, stub, isStep }
  return awaitCall(callee, ANYWHERE, options, [handle.id, ...args])
}

function startCall(
  callee: Callee,
  placement: Placement,
  options: CallOptions,
  args: readonly unknown[],
): Promise<unknown> {
  const { ref, handle } = callee
  const { executor } = placement
  const { signal, timeout } = options
  const here = runtime()
  // Later ones are given up where they are cut off (`giveUp`).
  here.roomToAwait.assertAtFirst()
  const scope = here.scopes.ensure()
  assertOpen(here, scope, ref)
  assertNotAborted(here, scope, signal)
  const context = here.open.context(scope.context)
  // Before the values are read: code of the user's that runs meanwhile may abort the context, and this call shall hear it.
  const open = context?.signal.aborted ? undefined : context
  const take = executor && ownPool(executor)
  if (executor && !take)
    return submitToForeign(here, executor, callee, { signal, timeout, open }, args)
  if (!handle) assertImportable(ref, here.entryModule, here.registry)
  if (!scope.call && here.loads.isAny) here.loads.noteOwnCall(ref.module)
  const { call, codec, surroundings } = makeCall(here, scope, callee, placement, options, args)
  try {
    send(here, call, callee, placement, take)
    here.watch(call)
    watchTime(here, call, timeout)
    watchSignal(here, call, signal)
    watchSignal(here, call, open?.signal, () => open?.takeAbort())
    here.attendance.expect()
    return new Promise((resolve, reject) =>
      call.whenSettled((settlement) => {
        try {
          here.attendance.yieldSoon()
          giveResult({ surroundings, codec, callee, settlement, resolve })
        } catch (error) {
          // Read near the end of the stack of a blocked thread: the caller learns it, or the promise would wait for ever.
          reject(error)
          afterwards.then(() => giveUp(here, call, error, codec))
        }
      }),
    )
  } catch (error) {
    afterwards.then(() => giveUp(here, call, error, codec))
    throw error
  }
}

/** Reads the values of a call. */
function makeCall(
  here: Runtime,
  scope: Scope,
  callee: Callee,
  placement: Placement,
  options: CallOptions,
  args: readonly unknown[],
): { call: Call; codec: Codec; surroundings: Surroundings } {
  const { ref, trace, self } = callee
  const { threadSensitive } = placement
  const codec = new Codec(here.registry, ref)
  const around = aroundNow()
  codec.around = () => around
  const { encoded, surroundings } = readValues(here, scope, codec, callee, options, args)
  // What runs below comes back to the loop that launched it: this one, or the one that launched this sync code.
  const loop = (scope.mode === 'sync' ? scope.loop : undefined) ?? here.address
  const { context, locals, storages } = surroundings
  const { chain } = scope
  const call = new Call(
    {
      mode: 'sync',
      ref,
      args: encoded.wire,
      hasThis: self !== undefined,
      scope: { chain, loop, context, locals, storages },
      // A pool must know how long its calls take.
      timed: trace !== undefined || !threadSensitive || here.statistics.isTiming,
      trace: trace?.id,
    },
    encoded.transfer,
  )
  call.endsThread = options.onAbort === 'terminate'
  call.cell = options.context?.cell ?? scope.cell
  call.around = around
  return { call, codec, surroundings }
}

/** @param take Of an executor that the user has made. */
function send(
  here: Runtime,
  call: Call,
  { ref, handle, stub, trace }: Callee,
  { threadSensitive }: Placement,
  take: ((call: Call) => void) | undefined,
): void {
  const { chain, context } = call.request.scope
  trace?.follow(call)
  if (stub) holdFor(here, call, stub)
  here.making.begin(ref)
  try {
    if (handle) sendHome(here, call, handle)
    else if (take) take(call)
    else
      dispatch(here, call, chooseRoutes({ threadSensitive, chain, context, starter: here.starter }))
  } finally {
    here.making.made()
  }
}

/**
 * @throws ClosedError (SYNCBRIDGE_CLOSED) for what begins after `shutdown()`. What had begun before may finish, until the timeout of
 * `shutdown()` has passed.
 */
export function assertOpen(here: Runtime, scope: Scope | undefined, ref: FunctionRef): void {
  if (!here.closed) return
  if (here.stage === 'closing' && (scope?.call || here.open.context(scope?.context))) return
  throw new ClosedError(
    `${printRef(ref)} was called after shutdown(). Call configure() to start again.`,
    { closed: 'bridge', function: printRef(ref) },
  )
}

/**
 * As in asyncio: an abort of a context ends what is running, or else the next call, once. Calls after that, to clean up, work. Where the
 * context has ended meanwhile, its code goes on elsewhere, and must not do so without having been told.
 *
 * @throws the reason.
 */
export function assertNotAborted(
  here: Runtime,
  { context: ref }: Scope,
  signal: AbortSignal | undefined,
): void {
  throwIfAborted(signal)
  const context = here.open.context(ref) ?? ref?.opened
  if (context?.takeAbort()) throw context.signal.reason
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
  const stop = here.alarms.after(timeout, () => giveUpLate(here, call, timeout))
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
    here.outbox.abandon(call, reasonOf(signal))
  })
  call.whenSettled(stop)
}
