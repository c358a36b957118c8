import type { Call } from '../call/call.js'
import type { FunctionRef } from '../protocol.js'

/** A call for an executor of the user's. */
export interface ExecutorCall {
  /** Which function: its module's URL, and its name and place there. Plain data: another machine can find it, too. */
  readonly function: FunctionRef
  /** As the caller gave them: neither copied nor checked. */
  readonly args: readonly unknown[]
  /** Aborts when the caller gives the call up. */
  readonly signal: AbortSignal
  /** Runs the function right here, on the calling thread. */
  run(): unknown
}

/**
 * Anything that runs calls: given to `syncToAsync` as `executor`, with `threadSensitive: false`. `ThreadPoolExecutor` is one;
 * another may send calls to another process or machine. `Local`s travel only with a `ThreadPoolExecutor`.
 *
 * @example
 * // where.js
 * import { isMainThread } from 'node:worker_threads'
 * import { syncToAsync } from '@syncbridge/core'
 * const inline = { submit: async (call) => call.run() } // no thread at all, for tests
 * export const isHere = syncToAsync(() => isMainThread, { threadSensitive: false, executor: inline })
 * // main.js
 * import { isHere } from './where.js'
 * console.log(await isHere()) // true
 */
export interface Executor {
  /**
   * @returns The function's result. @throws What the function throws, or why it could not run.
   */
  submit(call: ExecutorCall): Promise<unknown>
}

/** @throws TypeError where it is not an executor. */
export function assertExecutor(executor: unknown): asserts executor is Executor {
  const submit: unknown =
    typeof executor === 'object' && executor !== null ? Reflect.get(executor, 'submit') : undefined
  if (typeof submit !== 'function')
    throw new TypeError('syncToAsync: executor must be an object with a submit() method')
}

/** Under this name a pool of ours takes a call whole, with all that travels along. */
export const TAKE = Symbol.for('syncbridge.take')

/** Undefined for an executor of the user's. */
export function ownPool(executor: Executor): ((call: Call) => void) | undefined {
  const take: unknown = Reflect.get(executor, TAKE)
  return typeof take === 'function' ? (call) => void take(call) : undefined
}
