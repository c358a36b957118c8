/**
 * What stands here for a function or iterator of another thread. A function answers by a promise, and through `asyncToSync` it
 * blocks; an iterator is async where async code has it, and sync in sync code, which waits for each item.
 */
import { printGiven } from '../cancellation/print-given.js'
import type { WireHandle } from '../protocol.js'
import { markAsyncFunction } from '../registry/async-functions.js'
import type { IteratorKind } from '../registry/handles.js'
import type { Runtime } from '../runtime/runtime.js'
import { runtime } from '../runtime/runtime.js'
import { awaitHandle } from './awaited-call.js'
import { callable } from './call-options.js'
import { awaitedIterator, blockingIterator } from './remote-iterator.js'

/** To be called in each thread before anything crosses. */
export function installHandles(): void {
  runtime().registry.handles.present ??= present
}

function present(handle: WireHandle, iterators: IteratorKind): object {
  if (handle.kind === 'function') return functionFor(handle)
  const onEnd = (isKnown: boolean) => runtime().registry.handles.letGo(iterator, !isKnown)
  const iterator: object =
    iterators === 'sync'
      ? blockingIterator(() => ({ handle, stub: iterator }), {}, onEnd)
      : awaitedIterator(() => ({ handle, stub: iterator }), {}, onEnd)
  return iterator
}

function functionFor(handle: WireHandle): object {
  const stub: object = markAsyncFunction(
    callable({}, (options, args) => awaitHandle({ handle, stub }, options, args)),
  )
  const property = (value: unknown) => ({ value, configurable: true })
  return Object.defineProperties(stub, {
    name: property(handle.name),
    length: property(handle.length),
    ...(Symbol.dispose && {
      [Symbol.dispose]: property(() => withRoom().registry.handles.letGo(stub)),
    }),
  })
}

/**
 * Holds a function that came from another thread beyond the call that it was an argument of. Without it, the function is released
 * when that call ends, and calling it later is a ClosedError. What is kept is released when nobody here has it any more, or by
 * `fn[Symbol.dispose]()`. A function that came as a result is kept anyway; a function of this thread needs no keeping.
 *
 * @typeParam F Its type.
 * @returns The same function.
 * @throws TypeError where it is not a function.
 * @example
 * // work.js
 * import { keep, syncToAsync } from '@syncbridge/core'
 * let report
 * export const watch = syncToAsync((onProgress) => { report = keep(onProgress) })
 * export const work = syncToAsync(() => { report(100) })
 * // main.js
 * import { watch, work } from './work.js'
 * await watch((percent) => console.log(`${percent} %`)) // 100 %
 * await work()
 */
export function keep<F extends (...args: never[]) => unknown>(fn: F): F {
  if (typeof fn !== 'function')
    throw new TypeError(`keep: expected a function, got ${printGiven(fn)}`)
  withRoom().registry.handles.holdOn(fn)
  return fn
}

/** Before anything is noted here: what the other side is not told, because the stack ends, it would never learn. */
function withRoom(): Runtime {
  const here = runtime()
  // Seldom enough for asking as where the end is near: to tell the other side takes more stack than a call.
  here.roomToAwait.assert(true)
  return here
}
