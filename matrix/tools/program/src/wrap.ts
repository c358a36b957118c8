/** Helpers of another file: what they wrap belongs to the module whose top level calls them. */
import { syncToAsync } from '@syncbridge/core'

export function awaitable<A extends unknown[], R>(fn: (...args: A) => R) {
  return syncToAsync(fn)
}

export function awaitableByName<T extends Record<string, () => string>>(functions: T) {
  return Object.fromEntries(Object.entries(functions).map(([name, fn]) => [name, syncToAsync(fn)]))
}
