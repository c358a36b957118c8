/** Generators here that take their items, one at a time, from an iterator of another thread. */
import type { WireHandle } from '../protocol.js'
import type { IteratorStep } from '../registry/iterators.js'
import { runtime } from '../runtime/runtime.js'
import { awaitHandle } from './awaited-call.js'
import { blockOnHandle } from './blocking-call.js'
import type { CallOptions } from './call-options.js'

type Result = IteratorResult<unknown, unknown>

/** An awaited generator that is made by a call, with its first item. The call's options hold for each item, too. */
export async function* iterateLater(
  options: CallOptions,
  call: () => Promise<unknown>,
): AsyncGenerator<unknown, unknown, unknown> {
  const made = (await call()) as AsyncGenerator<unknown, unknown, unknown>
  const { registry, abortListeners } = runtime()
  const { handles } = registry
  const handle = handles.handleOf(made)
  const { signal } = options
  if (!handle || (!signal && options.timeout === undefined)) return yield* made
  // Nobody may be waiting for an item just now.
  const stopListening = signal && abortListeners.add(signal, () => handles.letGo(made))
  try {
    return yield* awaitedIterator(handle, options, (isKnown) => handles.letGo(made, !isKnown))
  } finally {
    stopListening?.()
  }
}

/** The same where each item is waited for. */
export function* iterateNow(
  options: CallOptions,
  call: () => unknown,
): Generator<unknown, unknown, unknown> {
  const made = call() as Generator<unknown, unknown, unknown>
  const { handles } = runtime().registry
  const handle = handles.handleOf(made)
  if (!handle || options.timeout === undefined) return yield* made
  return yield* blockingIterator(handle, options, (isKnown) => handles.letGo(made, !isKnown))
}

/**
 * A promise of what may turn out to be a generator can be iterated over as it is. All promises share one function: one made for each
 * would cost more than the promise.
 */
export function alsoIterable<T>(promise: Promise<T>): Promise<T> {
  const iterable = promise as Promise<T> & { [Symbol.asyncIterator]?: typeof iterateResult }
  iterable[Symbol.asyncIterator] = iterateResult
  return promise
}

function iterateResult(this: Promise<unknown>): AsyncGenerator<unknown, unknown, unknown> {
  return iterateLater({}, () => this)
}

/** There is nothing more to come. @param isKnown Whether the other side knows: it does not where an item could not be cloned. */
type OnEnd = (isKnown: boolean) => void

/** `yield*` hands all that is asked for and sent in on to the iterator below. */
export async function* awaitedIterator(
  handle: WireHandle,
  options: CallOptions,
  onEnd: OnEnd,
): AsyncGenerator<unknown, unknown, unknown> {
  const step = async (name: IteratorStep, sent: readonly unknown[]): Promise<Result> => {
    try {
      return noteEnd((await awaitHandle(handle, options, [name, ...sent], true)) as Result, onEnd)
    } catch (error) {
      onEnd(false)
      throw error
    }
  }
  const remote = stepsBy(step)
  return yield* { [Symbol.asyncIterator]: () => remote }
}

/** The same for one that is waited for. */
export function* blockingIterator(
  handle: WireHandle,
  options: CallOptions,
  onEnd: OnEnd,
): Generator<unknown, unknown, unknown> {
  const step = (name: IteratorStep, sent: readonly unknown[]) => {
    try {
      return noteEnd(blockOnHandle(handle, options, [name, ...sent], true) as Result, onEnd)
    } catch (error) {
      onEnd(false)
      throw error
    }
  }
  const remote = stepsBy(step)
  return yield* { [Symbol.iterator]: () => remote }
}

/** What `yield*` calls, by the name of each step and what is sent in with it. */
function stepsBy<R>(step: (name: IteratorStep, sent: readonly unknown[]) => R) {
  return {
    next: (...sent: unknown[]) => step('next', sent),
    return: (...sent: unknown[]) => step('return', sent),
    throw: (...sent: unknown[]) => step('throw', sent),
  }
}

function noteEnd(result: Result, onEnd: OnEnd): Result {
  if (result.done) onEnd(true)
  return result
}
