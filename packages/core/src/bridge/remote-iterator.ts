/** Generators here that take their items, one at a time, from an iterator of another thread. */
import type { IteratorStep } from '../registry/iterators.js'
import { afterwards } from '../runtime/afterwards.js'
import { runtime } from '../runtime/runtime.js'
import { awaitHandle } from './awaited-call.js'
import { blockOnHandle } from './blocking-call.js'
import type { CallOptions } from './call-options.js'
import type { Foreign } from './home.js'

type Result = IteratorResult<unknown, unknown>

/** An awaited generator that is made by a call, with its first item. The call's options hold for each item, too. */
export async function* iterateLater(
  options: CallOptions,
  call: () => Promise<unknown>,
): AsyncGenerator<unknown, unknown, unknown> {
  const made = (await call()) as AsyncGenerator<unknown, unknown, unknown>
  const { handles } = runtime().registry
  const handle = handles.handleOf(made)
  const { signal } = options
  if (!handle || (!signal && options.timeout === undefined)) return yield* made
  if (signal) letGoOnAbort(made, signal)
  return yield* awaitedIterator(
    () => ({ handle, stub: made }),
    options,
    (isKnown) => handles.letGo(made, !isKnown),
  )
}

/** The same where each item is waited for. */
export function* iterateNow(
  options: CallOptions,
  call: () => unknown,
): Generator<unknown, unknown, unknown> {
  const made = call() as Generator<unknown, unknown, unknown>
  const { handles } = runtime().registry
  const handle = handles.handleOf(made)
  const { signal } = options
  if (!handle || (!signal && options.timeout === undefined)) return yield* made
  if (signal) letGoOnAbort(made, signal)
  return yield* blockingIterator(
    () => ({ handle, stub: made }),
    options,
    (isKnown) => handles.letGo(made, !isKnown),
  )
}

/**
 * Also while nobody waits for an item. The signal may live as long as its process, and must not hold the iterator; nor may what is held for
 * the iterator hold the signal, which may have listeners of the user's that hold it: either way it would never be collected.
 */
function letGoOnAbort(iterator: object, signal: AbortSignal): void {
  const { abortListeners, registry } = runtime()
  const weakIterator = new WeakRef(iterator)
  const letGo = () => {
    const left = weakIterator.deref()
    if (left) registry.handles.letGo(left)
  }
  const listener = Object.assign(letGo, { stop: (): void => undefined })
  listener.stop = abortListeners.add(signal, listener)
  const weakListener = new WeakRef(listener)
  registry.handles.whenOver(iterator, () => weakListener.deref()?.stop())
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
  foreign: () => Foreign,
  options: CallOptions,
  onEnd: OnEnd,
): AsyncGenerator<unknown, unknown, unknown> {
  const step = async (name: IteratorStep, sent: readonly unknown[]): Promise<Result> => {
    try {
      return noteEnd(
        (await awaitHandle(foreign(), options, [name, ...sent], true)) as Result,
        onEnd,
      )
    } catch (error) {
      closeAtHome(foreign())
      onEnd(false)
      throw error
    }
  }
  const remote = stepsBy(step)
  return yield* { [Symbol.asyncIterator]: () => remote }
}

/** The same for one that is waited for. */
export function* blockingIterator(
  foreign: () => Foreign,
  options: CallOptions,
  onEnd: OnEnd,
): Generator<unknown, unknown, unknown> {
  const step = (name: IteratorStep, sent: readonly unknown[]) => {
    try {
      return noteEnd(blockOnHandle(foreign(), options, [name, ...sent], true) as Result, onEnd)
    } catch (error) {
      closeAtHome(foreign())
      // Later: near the end of a stack it would fail, and the iterator be held for ever.
      afterwards.then(() => onEnd(false))
      throw error
    }
  }
  const remote = stepsBy(step)
  return yield* { [Symbol.iterator]: () => remote }
}

/** Where it came with a call, the other side may not know of the failure: an item or what is sent in could not cross. */
function closeAtHome({ stub }: Foreign): void {
  try {
    runtime().registry.handles.noteFailure(stub)
  } catch {
    // Near the end of a stack, where the error of the step says so.
  }
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
