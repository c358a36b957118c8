import type { Transferable } from 'node:worker_threads'
import { assertTimeout } from '../cancellation/deadline.js'
import { assertOptions } from './bridged-function.js'
import type { LocalContext } from './local-context.js'

/** Options of one call, apart from its arguments. */
export interface CallOptions {
  /** Gives the call up: queued, it never runs; running, its result is dropped. */
  signal?: AbortSignal
  /** Time for the whole call, queueing included, in ms. */
  timeout?: number
  /**
   * What becomes of sync code that is running when it is given up, by signal or timeout. `release`, the default: it runs on, for as
   * long as `configure({ grace })` allows, and its thread serves nobody before it has ended. `terminate`: its thread is ended at once
   * and replaced. For `syncToAsync`.
   */
  onAbort?: 'release' | 'terminate'
  /** What to move instead of copy. */
  transfer?: readonly Transferable[]
  /** The `Local` values to run with, and to keep what the function changes of them. By default the caller's. */
  context?: LocalContext
}

const KNOWN = ['signal', 'timeout', 'transfer', 'context']

/** @throws TypeError where it is neither of the two. */
export function assertOnAbort(onAbort: unknown, owner: string): void {
  if (onAbort === undefined || onAbort === 'release' || onAbort === 'terminate') return
  throw new TypeError(`${owner}: onAbort must be 'release' or 'terminate', got ${String(onAbort)}`)
}

/** A function that makes calls with `defaults`, and whose `.with(options)` makes one with options of its own. */
export function callable<R>(
  defaults: CallOptions,
  call: (options: CallOptions, args: readonly unknown[]) => R,
  more: readonly string[] = [],
): ((...args: unknown[]) => R) & { with(options: CallOptions): (...args: unknown[]) => R } {
  return Object.assign((...args: unknown[]) => call(defaults, args), {
    with(perCall: CallOptions) {
      assertOptions('with', perCall, [...KNOWN, ...more])
      assertTimeout(perCall.timeout, 'with')
      assertOnAbort(perCall.onAbort, 'with')
      return (...args: unknown[]) => call({ ...defaults, ...perCall }, args)
    },
  })
}
