/**
 * `asyncToSync` of a function that has come home: sync code that was given a function calls it in this way wherever it runs, and below a frame it
 * may run on the thread that the function lives on. There it is the function that it was, and is simply called.
 */
import * as types from 'node:util/types'
import { throwIfAborted } from '../cancellation/abort-signal.js'
import { Deadline } from '../cancellation/deadline.js'
import { DeadlockError } from '../errors.js'
import { isAsyncFunction } from '../registry/async-functions.js'
import { isAsyncIterator } from '../registry/iterators.js'
import type { AnyFunction } from '../registry/registry.js'
import { isThenable } from '../registry/thenable.js'
import { runtime } from '../runtime/runtime.js'
import type { CallOptions } from './call-options.js'
import { timedOut } from './timed-out.js'

/**
 * @throws what the function throws.
 * @throws DeadlockError (SYNCBRIDGE_DEADLOCK) where it is async: this thread would wait for itself.
 */
export function callAtHome(
  fn: AnyFunction,
  { signal, timeout, context }: CallOptions,
  args: readonly unknown[],
): unknown {
  throwIfAborted(signal)
  if (isAsyncFunction(fn)) throw waitsForItself(fn)
  const deadline = timeout === undefined ? Deadline.never : new Deadline(timeout)
  const call = () => fn(...(args as never[]))
  const value = context ? context.run(call) : call()
  if (isThenable(value)) {
    // Nobody will await it: its rejection must not end the thread. Any other `then` is left alone: a query is executed by it.
    if (types.isPromise(value)) Promise.prototype.then.call(value, undefined, () => undefined)
    throw waitsForItself(fn)
  }
  if (typeof value === 'object' && value !== null && isAsyncIterator(value))
    throw waitsForItself(fn)
  // Nothing can stop it, as it runs on the thread that waits for it. Given up meanwhile, its result is dropped, as it is elsewhere.
  throwIfAborted(signal)
  if (timeout !== undefined && deadline.remaining() === 0) throw timedOut(nameOf(fn), timeout)
  return value
}

function waitsForItself(fn: AnyFunction): DeadlockError {
  const label = nameOf(fn)
  return new DeadlockError(
    `${label} is async and lives on this very thread, so waiting for it here would keep it from going on. Give a synchronous function ` +
      'instead, or await it on the loop before or after the blocking call.',
    { function: label, thread: runtime().address },
  )
}

/** A user's function may have anything under that name. */
function nameOf(fn: AnyFunction): string {
  const { name } = fn as { name: unknown }
  return typeof name === 'string' && name !== '' ? name : 'anonymous'
}
