import { Cell } from '../context/cell.js'
import { scopeLike } from '../context/scope.js'
import { runtime } from '../runtime/runtime.js'

/**
 * A set of `Local` values of its own, to run code in: what `contextvars.Context` is to asgiref's `context=`. Given to
 * `syncToAsync` as `context`, the function runs with these values, and what it changes stays here; the caller's are untouched.
 *
 * @example
 * // request.js
 * import { Local, syncToAsync } from '@syncbridge/core'
 * export const request = new Local()
 * export const whoAsks = syncToAsync(() => request.id)
 * // main.js
 * import { LocalContext } from '@syncbridge/core'
 * import { request, whoAsks } from './request.js'
 * const context = new LocalContext()
 * context.run(() => { request.id = 'job-7' })
 * console.log(await whoAsks.with({ context })()) // job-7
 * console.log(await whoAsks()) // undefined
 */
export class LocalContext {
  /** @internal */
  readonly cell: Cell

  /** Empty; `LocalContext.copy()` begins with the current values. */
  constructor() {
    this.cell = new Cell()
  }

  /** A context with a copy of the current values. */
  static copy(): LocalContext {
    const context = new LocalContext()
    const cell = runtime().scopes.current()?.cell
    if (!cell) return context
    for (const [key, value] of cell.values) context.cell.set(key, value)
    for (const [key, value] of cell.critical) context.cell.critical.set(key, value)
    return context
  }

  /**
   * Runs `fn` with the values of this context; what it changes stays in it.
   * @returns What `fn` returns; for an async `fn` the context is in force until its promise has settled.
   */
  run<T>(fn: () => T): T {
    const { scopes } = runtime()
    return scopes.run(scopeLike(scopes.ensure(), { cell: this.cell }), fn)
  }
}
