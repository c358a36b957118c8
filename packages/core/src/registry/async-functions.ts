/** Which functions answer by a promise: those that say so by their kind, and those that were marked. */
import type { AnyFunction } from './registry.js'

const ASYNC_MARK = Symbol.for('syncbridge.async')

/**
 * Whether calling `fn` gives a promise: an async function, what `syncToAsync` returned, a function that came from another
 * thread, or what `markAsyncFunction` marked. Like asgiref's `iscoroutinefunction`.
 *
 * @example
 * import { readFileSync } from 'node:fs'
 * import { isAsyncFunction, main, syncToAsync } from '@syncbridge/core'
 *
 * const read = syncToAsync(readFileSync)
 *
 * main(() => console.log(isAsyncFunction(read), isAsyncFunction(readFileSync))) // true false
 */
export function isAsyncFunction(fn: unknown): boolean {
  if (typeof fn !== 'function') return false
  try {
    if (Reflect.get(fn, ASYNC_MARK) === true) return true
    const tag = Object.prototype.toString.call(fn)
    return tag === '[object AsyncFunction]' || tag === '[object AsyncGeneratorFunction]'
  } catch {
    // A proxy, whose traps throw.
    return false
  }
}

/** Whether calling it gives a generator that its caller iterates over, and nothing runs before. */
export function isGeneratorFunction(fn: unknown): boolean {
  const tag = Object.prototype.toString.call(fn)
  return tag === '[object GeneratorFunction]' || tag === '[object AsyncGeneratorFunction]'
}

/**
 * Marks a function that returns promises without being an `async` function, so that it is treated as one.
 * @returns The same function.
 * @example
 * // pages.js
 * import { asyncToSync, markAsyncFunction, syncToAsync } from '@syncbridge/core'
 * const load = asyncToSync(markAsyncFunction((url) => fetch(url).then((page) => page.text())))
 * export const lengthOf = syncToAsync((url) => load(url).length)
 * // main.js
 * import { lengthOf } from './pages.js'
 * console.log(await lengthOf('data:,hello')) // 5
 */
export function markAsyncFunction<F extends AnyFunction>(fn: F): F {
  Object.defineProperty(fn, ASYNC_MARK, { value: true, configurable: true })
  return fn
}

/** What a wrapper does not take over from the function that it wraps: it says it for itself. */
export function isAsyncMark(key: PropertyKey): boolean {
  return key === ASYNC_MARK
}
