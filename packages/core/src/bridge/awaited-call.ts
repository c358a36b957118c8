/** One `syncToAsync` call, from the caller's arguments to the caller's result. */
import type { Transferable } from 'node:worker_threads'
import { Call, type Settlement } from '../call/call.js'
import { Deadline } from '../cancellation/deadline.js'
import { encodeList } from '../codec/codec.js'
import type { Scope } from '../context/scope.js'
import { CallTimeoutError, ClosedError } from '../errors.js'
import { chooseRoutes, type Route } from '../executor/choose-executor.js'
import type { FunctionRef } from '../protocol.js'
import { assertImportable } from '../registry/entry-module.js'
import { printRef } from '../registry/function-ref.js'
import type { Runtime } from '../runtime/runtime.js'
import { runtime } from '../runtime/runtime.js'
import { resultOfAwaited } from './call-result.js'

/** Options of one call, apart from its arguments. */
export interface CallOptions {
  /** Gives the call up: queued, it never runs; running, its result is dropped. */
  signal?: AbortSignal
  /** Time for the whole call, queueing included, in ms. */
  timeout?: number
  /** What to move instead of copy. */
  transfer?: readonly Transferable[]
}

export async function awaitCall(
  ref: FunctionRef,
  threadSensitive: boolean,
  { signal, timeout, transfer }: CallOptions,
  args: readonly unknown[],
): Promise<unknown> {
  const here = runtime()
  // Before the first await, so that a scope that is opened here is the caller's afterwards, too.
  const scope = here.scopes.ensure()
  assertOpen(here, scope, ref)
  assertImportable(ref, here.entryModule, here.registry)
  signal?.throwIfAborted()
  const context = here.open.context(scope.context)
  // As in asyncio: an abort ends what is running, or else the next call, once. Calls after that, to clean up, work.
  if (context?.takeAbort()) throw context.signal.reason
  const encoded = encodeList(args, transfer)
  const call = new Call(
    {
      mode: 'sync',
      ref,
      args: encoded.wire,
      scope: {
        chain: scope.chain,
        // What runs below comes back to the loop that launched it: this one, or the one that launched this sync code.
        loop: (scope.mode === 'sync' ? scope.loop : undefined) ?? here.address,
        context: scope.context,
        locals: scope.cell.snapshot(),
      },
    },
    encoded.transfer,
  )
  here.watch(call)
  dispatch(
    here,
    call,
    chooseRoutes({
      threadSensitive,
      chain: scope.chain,
      context: scope.context,
      starter: here.starter,
    }),
  )
  watchTime(here, call, new Deadline(timeout))
  watchSignal(here, call, signal)
  if (context && !context.signal.aborted)
    watchSignal(here, call, context.signal, () => context.takeAbort())
  const settlement = await new Promise<Settlement>((resolve) => call.whenSettled(resolve))
  return resultOfAwaited(here, scope, ref, settlement)
}

/** @throws ClosedError (SYNCBRIDGE_CLOSED) for what begins after `shutdown()`; what had begun before may finish. */
export function assertOpen(here: Runtime, scope: Scope | undefined, ref: FunctionRef): void {
  if (!here.closed || scope?.call || here.open.context(scope?.context)) return
  throw new ClosedError(
    `${printRef(ref)} was called after shutdown(). Call configure() to start again.`,
    { function: printRef(ref) },
  )
}

function dispatch(here: Runtime, call: Call, routes: Route[]): void {
  const route = routes.shift()
  if (!route) return
  call.onRefused = routes.length > 0 ? () => dispatch(here, call, routes) : undefined
  if (route.by === 'frame')
    here.send(call, route.frame.thread, { by: 'frame', frame: route.frame.frame })
  else here.sendToHost(call, route)
}

function watchTime(here: Runtime, call: Call, { timeout }: Deadline): void {
  if (timeout === undefined || call.settlement) return
  // Fires on time, whatever the thread does.
  const timer = setTimeout(() => here.abandon(call, timedOut(call.label, timeout), true), timeout)
  call.whenSettled(() => clearTimeout(timer))
}

export function timedOut(label: string, timeout: number): CallTimeoutError {
  return new CallTimeoutError(
    `${label} did not finish within its timeout of ${timeout} ms, queueing included. Its result, if it comes, is dropped.`,
    { function: label },
  )
}

function watchSignal(
  here: Runtime,
  call: Call,
  signal: AbortSignal | undefined,
  onTold?: () => void,
): void {
  if (!signal || call.settlement) return
  const onAbort = () => {
    onTold?.()
    here.abandon(call, signal.reason)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  call.whenSettled(() => signal.removeEventListener('abort', onAbort))
}
