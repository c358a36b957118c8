import type { Transferable } from 'node:worker_threads'
import { assertSignal } from '../cancellation/abort-signal.js'
import { assertTimeout } from '../cancellation/deadline.js'
import { printGiven } from '../cancellation/print-given.js'
import { readOptions } from '../runtime/config.js'
import { assertOptions } from './bridged-function.js'
import type { LocalContext } from './local-context.js'

/** Options of one call, apart from its arguments. */
export interface CallOptions {
  /**
   * Gives the call up: in line, or while its module is loading, it never runs; running, its result is dropped. A call by `asyncToSync` blocks
   * its thread, and so only what runs there meanwhile can abort it; timers, as that of `AbortSignal.timeout()`, stand still: use `timeout`.
   */
  signal?: AbortSignal | undefined
  /** Time for the whole call, queueing and loading included, in ms. */
  timeout?: number | undefined
  /**
   * What becomes of sync code that is running when it is given up, by signal or timeout. `release`, the default: it runs on, for as
   * long as `configure({ grace })` allows, and its thread serves nobody before it has ended. `terminate`: its thread is ended at once
   * and replaced; not while its module is loading, as nothing of the call runs then. For `syncToAsync`.
   */
  onAbort?: 'release' | 'terminate' | undefined
  /** What to move instead of copy. */
  transfer?: readonly Transferable[] | undefined
  /** The `Local` values to run with, and to keep what the function changes of them. By default the caller's. */
  context?: LocalContext | undefined
}

const KNOWN = ['signal', 'timeout', 'transfer', 'context']

/** @throws TypeError where it is neither of the two. */
export function assertOnAbort(onAbort: unknown, owner: string): void {
  if (onAbort === undefined || onAbort === 'release' || onAbort === 'terminate') return
  throw new TypeError(
    `${owner}: onAbort must be 'release' or 'terminate', got ${printGiven(onAbort)}`,
  )
}

/** @param self What the bridged function was called on. */
type MakeCall<R> = (options: CallOptions, args: readonly unknown[], self: unknown) => R

/** A function that makes calls with `defaults`, and whose `.with(options)` makes one with options of its own. */
export function callable<R>(
  defaults: CallOptions,
  call: MakeCall<R>,
  more: readonly string[] = [],
): ((...args: unknown[]) => R) & { with(options: CallOptions): (...args: unknown[]) => R } {
  return Object.assign(caller(defaults, call), {
    with(perCall: CallOptions = {}) {
      const known = [...KNOWN, ...more]
      assertOptions('with', perCall, known)
      const own = readOptions(perCall, known)
      assertSignal(own.signal, 'with')
      assertTimeout(own.timeout, 'with')
      assertOnAbort(own.onAbort, 'with')
      return caller({ ...defaults, ...own }, call)
    },
  })
}

/** A method, which is no constructor, as an arrow function is none, and knows what it was called on. */
function caller<R>(options: CallOptions, call: MakeCall<R>): (...args: unknown[]) => R {
  const { bridged } = {
    bridged(this: unknown, ...args: unknown[]): R {
      return call(options, args, this)
    },
  }
  return bridged
}
