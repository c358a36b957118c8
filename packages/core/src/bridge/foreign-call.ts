/** A call by an executor that is not ours: it gets the function's name and the arguments, and answers by a promise. */
import { reasonOf } from '../cancellation/abort-signal.js'
import { after } from '../cancellation/timer.js'
import type { OpenContext } from '../context/context-ref.js'
import { markBoundary } from '../registry/call-boundary.js'
import { printRef } from '../registry/function-ref.js'
import { loadFunctionNow } from '../registry/load-function.js'
import type { AnyFunction } from '../registry/registry.js'
import type { Runtime } from '../runtime/runtime.js'
import type { Callee } from './call-result.js'
import type { Executor } from './executor.js'
import { functionsIn } from './functions-in.js'
import { timedOut } from './timed-out.js'

interface Limits {
  readonly signal: AbortSignal | undefined
  readonly timeout: number | undefined
  /** The context around the call, where that can still be aborted. */
  readonly open: OpenContext | undefined
}

export async function submitToForeign(
  here: Runtime,
  executor: Executor,
  { ref, self }: Callee,
  { signal, timeout, open }: Limits,
  args: readonly unknown[],
): Promise<unknown> {
  const controller = new AbortController()
  // The caller is released on time, whatever the executor makes of the signal.
  let release: (reason: unknown) => void = () => undefined
  const released = new Promise<never>((_resolve, reject) => {
    release = reject
  })
  // Where the executor aborts the call and throws, nobody gets to wait for this one.
  released.catch(() => undefined)
  const giveUp = (reason: unknown) => {
    controller.abort(reason)
    release(reason)
  }
  const stops: Array<() => void> = []
  const run = () => runHere(here, loadFunctionNow(ref, here.registry), self, args)
  try {
    // Before the executor is asked: a signal of the user's may throw.
    if (signal) stops.push(here.abortListeners.add(signal, () => giveUp(reasonOf(signal))))
    if (open)
      stops.push(
        here.abortListeners.add(open.signal, () => {
          // Told by this: the next call, to clean up, works.
          open.takeAbort()
          giveUp(open.signal.reason)
        }),
      )
    if (timeout !== undefined)
      stops.push(after(timeout, () => giveUp(timedOut(printRef(ref), timeout))))
    // One of them may have done that as it was listened to.
    controller.signal.throwIfAborted()
    return await Promise.race([
      executor.submit({ function: ref, args, signal: controller.signal, run }),
      released,
    ])
  } finally {
    for (const stop of stops) stop()
  }
}

/** The function has the caller's own functions among its arguments, as it would have handles of them elsewhere. */
function runHere(
  { registry }: Runtime,
  fn: AnyFunction,
  self: object | undefined,
  args: readonly unknown[],
): unknown {
  for (const given of functionsIn(args)) registry.handles.noteHome(given)
  return Reflect.apply(fn, self, args)
}

markBoundary(runHere)
