import * as types from 'node:util/types'
import { assertSignal } from '../cancellation/abort-signal.js'
import { assertTimeout } from '../cancellation/deadline.js'
import { assertRoomToCall } from '../codec/headroom.js'
import { type ContextRef, openerOf } from '../context/context-ref.js'
import type { Scope } from '../context/scope.js'
import { ClosedError, SyncBridgeError } from '../errors.js'
import { afterwards } from '../runtime/afterwards.js'
import type { Runtime } from '../runtime/runtime.js'
import { runtime } from '../runtime/runtime.js'
import { assertOptions } from './bridged-function.js'
import { ContextRun } from './context-run.js'

const BRAND: unique symbol = Symbol.for('syncbridge.context') as never
const OPTIONS = ['signal', 'timeout']

/** Options of a `ThreadSensitiveContext`. */
export interface ThreadSensitiveContextOptions {
  /**
   * Aborts the context's own signal, and with it the calls that are running in it. A function is asked for it with the context's
   * first call, or with the first look at `context.signal`: where there is neither, there is nothing to listen to. It gets the context.
   */
  signal?: AbortSignal | ((context: ThreadSensitiveContext) => AbortSignal) | undefined
  /** Time after which the context's signal aborts with a CallTimeoutError, in ms, counted from `run`. */
  timeout?: number | undefined
}

class CheckedOptions implements ThreadSensitiveContextOptions {
  declare readonly signal?: NonNullable<ThreadSensitiveContextOptions['signal']>
  declare readonly timeout?: number

  constructor(options: ThreadSensitiveContextOptions) {
    assertOptions('ThreadSensitiveContext', options, OPTIONS)
    // Each is read once: what was checked is what is used.
    const { signal, timeout } = options
    if (typeof signal !== 'function') assertSignal(signal, 'ThreadSensitiveContext')
    assertTimeout(timeout, 'ThreadSensitiveContext')
    if (signal !== undefined) this.signal = signal
    if (timeout !== undefined) this.timeout = timeout
  }
}

/**
 * One request's own thread. Every thread-sensitive call made inside `run` runs on one thread, which the context leases,
 * alone, from the first such call until the end; a context without a call costs no thread, and hardly anything else. Behaves as asgiref's
 * `ThreadSensitiveContext`, except that threads are leased from a capped set of warm ones, and that the context is also a
 * scope for `Local`s: it begins with the values around it, and what it changes stays inside.
 *
 * @example
 * // ledger.js
 * import { DatabaseSync } from 'node:sqlite'
 * import { syncToAsync } from '@syncbridge/core'
 * const db = new DatabaseSync('ledger.db') // each thread has its own connection
 * db.exec('PRAGMA busy_timeout = 5000; CREATE TABLE IF NOT EXISTS posting (account, cents)')
 * export const begin = syncToAsync(() => db.exec('BEGIN IMMEDIATE'))
 * export const post = syncToAsync((account, cents) => {
 *   db.prepare('INSERT INTO posting VALUES (?, ?)').run(account, cents)
 * })
 * export const commit = syncToAsync(() => db.exec('COMMIT'))
 * // transfer.js
 * import { ThreadSensitiveContext } from '@syncbridge/core'
 * import { begin, commit, post } from './ledger.js'
 * export const transfer = (from, to, cents) => new ThreadSensitiveContext({ timeout: 5000 }).run(async () => {
 *   await begin()
 *   await post(from, -cents)
 *   await post(to, cents)
 *   await commit() // all four on the same thread, with no other transfer between them
 * })
 */
export class ThreadSensitiveContext {
  readonly #options: CheckedOptions
  /** The run that began last, as long as it is going on. */
  #run: ContextRun | undefined = undefined
  /** When that run is over, what its signal belongs to: the run itself would keep a request's objects. */
  #past: AbortController | undefined = undefined
  /** Made for who looks at the signal before the first run, which takes it over. */
  #ahead: AbortController | undefined = undefined

  /** @throws TypeError where an option is unknown or out of range. */
  constructor(options: ThreadSensitiveContextOptions = {}) {
    this.#options = options instanceof CheckedOptions ? options : new CheckedOptions(options)
  }

  /**
   * For who makes many contexts with the same options: they are checked here, and not with each.
   * @throws as the constructor.
   * @internal
   */
  static prepare(options: ThreadSensitiveContextOptions): ThreadSensitiveContextOptions {
    return new CheckedOptions(options)
  }

  /**
   * Aborts with the given signal and at the timeout. Each run has its own: code inside a run sees that one, code outside that of the run
   * that began last or, before the first, of the first.
   */
  get signal(): AbortSignal {
    const here = runtime()
    const around = here.scopes.current()?.context
    // Also what a run has left behind sees that run's.
    const inside = here.open.context(around) ?? around?.opened
    if (inside?.owner === this) return inside.signal
    if (this.#run) return this.#run.signal
    if (this.#past) return this.#past.signal
    this.#ahead ??= new AbortController()
    return this.#ahead.signal
  }

  /** The open context around the running code, if it was opened on this thread. */
  static current(): ThreadSensitiveContext | undefined {
    const here = runtime()
    const open = here.open.context(here.scopes.current()?.context)?.owner
    return open instanceof ThreadSensitiveContext ? open : undefined
  }

  /** Also for a context of another copy of the library in this process. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value
  }

  /**
   * Runs `fn` inside the context. Inside another context that one goes on: nothing is opened and nothing ended.
   *
   * @param fn Gets the context that is in force. The context ends when what it returns has settled; then the functions
   * given to `onContextExit` run on the thread, before it serves another.
   * @returns What `fn` returns.
   * @throws what `fn` throws; the signal's reason where it had already aborted; ClosedError (SYNCBRIDGE_CLOSED) after `shutdown()`.
   */
  async run<T>(fn: (context: ThreadSensitiveContext) => T | Promise<T>): Promise<T> {
    const here = runtime()
    const around = here.scopes.current()
    const outer = here.open.context(around?.context)?.owner
    if (outer instanceof ThreadSensitiveContext) return await fn(outer)
    // Opened on another thread: it goes on here, and a second lease would wait for the first.
    if (isElsewhere(here, around?.context)) return await fn(this)
    // Node enters and leaves a context in several steps. Cut off in between, what follows would run inside.
    assertRoomToCall()
    const run = this.#begin(here, around)
    try {
      return await here.scopes.run(run, () => fn(this))
    } catch (error) {
      // Near the end of a stack the context could not be ended, and would stay open. After a wait there is room.
      if (types.isNativeError(error) && error instanceof RangeError) await undefined
      throw error
    } finally {
      const cleaning = run.end()
      if (cleaning) await cleaning
    }
  }

  /**
   * The same for who knows by himself when it is over, and has no use for one more promise with each request: the rest of the
   * execution is inside. To be called right after an `await` (see `Scopes.enter`).
   *
   * @returns What to end. Nothing inside a context that was opened on another thread: that one goes on.
   * @throws as `run`.
   * @internal
   */
  enter(): ContextRun | undefined {
    const here = runtime()
    const around = here.scopes.current()
    if (isElsewhere(here, around?.context)) return undefined
    const run = this.#begin(here, around)
    here.scopes.enter(run)
    return run
  }

  /** @internal */
  forget(run: ContextRun): void {
    if (this.#run !== run) return
    this.#run = undefined
    this.#past = run.controller
  }

  #begin(here: Runtime, around: Scope | undefined): ContextRun {
    if (here.closed)
      throw new ClosedError(
        'ThreadSensitiveContext.run was called after shutdown(). Call configure() to start again.',
        { closed: 'bridge' },
      )
    const run = new ContextRun(here, this, this.#options, this.#ahead, around)
    this.#ahead = undefined
    this.#run = run
    try {
      run.throwIfAborted()
    } catch (error) {
      afterwards.then(() => void run.end())
      throw error
    }
    return run
  }
}

// On the prototype: the brand is shared by all copies of the class.
Object.defineProperty(ThreadSensitiveContext.prototype, BRAND, { value: true })

/**
 * Registers a function to run when the current context ends, on this very thread, before it serves another context: close a
 * cursor, roll back a transaction. They run in reverse order, each even if another failed, after the generators that the context has left
 * open there were closed; after a failure the thread is replaced, and the error is emitted as a process warning.
 *
 * @param fn It may close over anything of this thread, and may be async: the next function runs when its promise has settled, and the
 * thread serves nobody before the last one's has. All of them together have `leased.exitTimeout`; then the thread is replaced.
 * @throws TypeError where it is not a function.
 * @throws SyncBridgeError (SYNCBRIDGE_ERROR) where the running code is not on a thread that its context leases, where the context has ended, and in
 * an exit function.
 * @example
 * // ledger.js
 * import { DatabaseSync } from 'node:sqlite'
 * import { onContextExit, syncToAsync } from '@syncbridge/core'
 * const db = new DatabaseSync('ledger.db')
 * export const begin = syncToAsync(() => {
 *   db.exec('BEGIN IMMEDIATE')
 *   onContextExit(() => db.isTransaction && db.exec('ROLLBACK'))
 * })
 */
export function onContextExit(fn: () => unknown): void {
  if (typeof fn !== 'function') throw new TypeError('onContextExit: expected a function')
  const here = runtime()
  const scope = here.scopes.current()
  if (scope?.mode !== 'sync' || scope.context === undefined || !here.leased) {
    throw new SyncBridgeError(
      'onContextExit was called where no context leases the thread. Call it in a thread-sensitive function that was called ' +
        'inside ThreadSensitiveContext.run().',
    )
  }
  if (!here.leased.isLeasedTo(scope.context)) {
    throw new SyncBridgeError(
      'onContextExit was called in a context that does not lease this thread (any more): it has ended, its exit functions are running, or ' +
        'the function lives on the thread of another context. The function that was given would never run.',
    )
  }
  // Like any callback of Node's: with the Locals of the code that registered it.
  here.exitHooks.add(scope.context.id, here.scopes.bind(fn))
}

function isElsewhere(here: Runtime, context: ContextRef | undefined): boolean {
  return context !== undefined && openerOf(context.id) !== here.address
}
