/** A call by an executor that is not ours: it gets the function's name and the arguments, and answers by a promise. */
import { after } from '../cancellation/timer.js'
import type { FunctionRef } from '../protocol.js'
import { printRef } from '../registry/function-ref.js'
import { loadFunctionNow } from '../registry/load-function.js'
import type { Runtime } from '../runtime/runtime.js'
import type { Executor } from './executor.js'
import { timedOut } from './timed-out.js'

export async function submitToForeign(
  here: Runtime,
  executor: Executor,
  ref: FunctionRef,
  { signal, timeout }: { signal?: AbortSignal | undefined; timeout?: number | undefined },
  args: readonly unknown[],
): Promise<unknown> {
  const controller = new AbortController()
  let stop = () => undefined as unknown
  // The caller is released on time, whatever the executor makes of the signal.
  const givenUp = new Promise<never>((_resolve, reject) => {
    const giveUp = (reason: unknown) => {
      controller.abort(reason)
      reject(reason)
    }
    const stopListening = signal && here.abortListeners.add(signal, () => giveUp(signal.reason))
    const stopTimer =
      timeout === undefined
        ? undefined
        : after(timeout, () => giveUp(timedOut(printRef(ref), timeout)))
    stop = () => {
      stopTimer?.()
      stopListening?.()
    }
  })
  const run = () => loadFunctionNow(ref, here.registry)(...(args as never[]))
  try {
    return await Promise.race([
      executor.submit({ function: ref, args, signal: controller.signal, run }),
      givenUp,
    ])
  } finally {
    stop()
  }
}
