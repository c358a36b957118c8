import { assertTimeout, Deadline } from '../cancellation/deadline.js'
import { orAfter } from '../cancellation/timer.js'
import { ClosedError, SyncBridgeError } from '../errors.js'
import { topLevelSite } from '../registry/call-site.js'
import type { ErrorClass } from '../registry/registry.js'
import type { TimeSummary } from '../runtime/call-statistics.js'
import { type ConfigureOptions, configureOptions, mergeConfig } from '../runtime/config.js'
import { type Runtime, runtime } from '../runtime/runtime.js'
import type { Thread } from '../thread/thread.js'
import type { ThreadRole } from '../thread/thread-boot.js'
import { assertOptions } from './bridged-function.js'

/** What `onThreadExit` functions have at least, in ms, however long the calls took. */
const LEAST_FOR_EXIT = 1000

/** One thread, as `stats()` sees it. */
export interface ThreadStats {
  /** Node's `threadId`. */
  readonly id: number
  /** What it is for: `shared`, `pool`, `leased` or `loop`. */
  readonly role: ThreadRole
  /** `starting` until it is ready for calls, `busy` while it has one or runs the exit functions of a context, `ending` on its way out. */
  readonly state: 'starting' | 'idle' | 'busy' | 'ending'
  /** Calls that are running there. */
  readonly running: number
  /** Calls that were sent there and wait. */
  readonly queued: number
}

/** What the bridge is doing, as this thread sees it. */
export interface Stats {
  /** The threads that this thread has made. */
  readonly threads: readonly ThreadStats[]
  /** Calls that wait for a thread. */
  readonly queued: number
  /** Open `ThreadSensitiveContext`s. */
  readonly contexts: number
  /** Calls that this thread has made. */
  readonly calls: {
    /** All of them. */
    readonly made: number
    /** Those that are not settled. */
    readonly pending: number
    /** Those that gave a value. */
    readonly succeeded: number
    /** Those that gave an error, aborts and timeouts among them. */
    readonly failed: number
  }
  /** Time from the call to its start and back, without the function itself, in ms: of the first thousand calls, then of every eighth. */
  readonly wait: TimeSummary
  /** Time that the functions themselves took, in ms: of the same calls. */
  readonly run: TimeSummary
}

/**
 * Sets the process's defaults. Threads that run already keep what they were started with. Call it in the main thread,
 * before the first call. After `shutdown()` it starts the bridge again; a shutdown that still waits for calls is called off.
 *
 * @throws TypeError where an option is unknown or out of range.
 * @throws SyncBridgeError (SYNCBRIDGE_ERROR) in a bridged function: the threads belong to the main thread. At the top level of a module,
 * which threads evaluate again, it is taken there for the threads that such a thread makes.
 * @example
 * import { configure } from '@syncbridge/core'
 *
 * configure({ pool: { maxThreads: 4, maxQueue: 1000 }, leased: { maxThreads: 16 } })
 */
export function configure(options: ConfigureOptions = {}): void {
  const here = runtime()
  assertOptions('configure', options, configureOptions)
  // A module that configures the bridge may be one that threads import.
  if (!topLevelSite()) assertOwner(here, 'configure')
  here.config = mergeConfig(here.config, options)
  here.allowSpin(here.config.spin)
  here.failedStarts.clear()
  here.stage = 'open'
}

/**
 * What the bridge is doing: threads by role and state, queue lengths, counts and times of calls.
 * @example
 * import { main, stats, syncToAsync } from '@syncbridge/core'
 *
 * const add = syncToAsync((a, b) => a + b)
 *
 * main(async () => {
 *   await add(1, 2)
 *   console.log(stats().calls.succeeded) // 1
 *   for (const { role, state } of stats().threads) console.log(role, state) // shared idle
 * })
 */
export function stats(): Stats {
  const { post, executors, statistics, open } = runtime()
  const threads = [...post.threads].map(
    ({ threadId, role, state, load, isCleaningUp, hasWorked }): ThreadStats => {
      const running = role === 'loop' ? load : Math.min(load, 1)
      const serving = load > 0 || isCleaningUp ? 'busy' : 'idle'
      // One that has taken a call is up, whether or not its word of that has been read.
      const isStarting = state === 'starting' && !hasWorked
      const seen = isStarting || state === 'ending' ? state : serving
      return { id: threadId, role, state: seen, running, queued: load - running }
    },
  )
  const { made, succeeded, failed, wait, run } = statistics
  return {
    threads,
    queued: [...executors].reduce((sum, { queued }) => sum + queued, 0),
    contexts: open.contextCount,
    calls: { made, pending: open.callCount, succeeded, failed },
    wait,
    run,
  }
}

/**
 * Ends the bridge: no new calls, the running ones finish, or are ended at the timeout, the `onThreadExit` functions run, and
 * every thread is gone when the promise resolves. Calls made afterwards are refused with ClosedError, also those of a context that is
 * still open, until `configure()` starts the bridge again.
 *
 * @param options `timeout`: how long running calls and open contexts may take to finish, in ms. Default 10,000.
 * @throws SyncBridgeError (SYNCBRIDGE_ERROR) on a thread that the bridge has made, which can't end the others: call it in the main thread.
 * @example
 * import { createServer } from 'node:http'
 * import { shutdown } from '@syncbridge/core'
 *
 * const server = createServer((_request, response) => response.end('hello')).listen(0)
 * process.once('SIGTERM', async () => {
 *   server.close()
 *   await shutdown({ timeout: 5000 })
 * })
 */
export async function shutdown(options: { timeout?: number | undefined } = {}): Promise<void> {
  assertOptions('shutdown', options, ['timeout'])
  const { timeout = 10_000 } = options
  assertTimeout(timeout, 'shutdown')
  const here = runtime()
  assertOwner(here, 'shutdown')
  if (here.stage === 'open') here.stage = 'closing'
  const deadline = new Deadline(timeout)
  await orAfter(here.open.whenIdle(), deadline.remaining())
  // Called off by configure().
  if (!here.closed) return
  here.stage = 'ending'
  for (const call of here.open.calls) {
    here.outbox.abandon(
      call,
      new ClosedError(`${call.label} was still running when shutdown() ended it.`, {
        closed: 'bridge',
        function: call.label,
      }),
      true,
    )
  }
  await endThreads(here, deadline)
}

async function endThreads(here: Runtime, deadline: Deadline): Promise<void> {
  const leave = (threads: readonly Thread[]) => {
    const timeout = Math.max(deadline.remaining(), LEAST_FOR_EXIT)
    return Promise.all(threads.map((thread) => thread.leave(timeout)))
  }
  const before = here.post.threads
  // Loops go last: the exit functions of the others may block on async functions, and start a loop for them.
  await leave(before.filter(({ role }) => role !== 'loop'))
  // What configure() has let begin meanwhile is not ended.
  const loops = here.closed ? here.post.threads : before
  await leave(loops.filter(({ role }) => role === 'loop'))
}

/** @throws SyncBridgeError (SYNCBRIDGE_ERROR) on a thread of ours. */
function assertOwner({ role, address }: Runtime, verb: string): void {
  if (role === 'root') return
  throw new SyncBridgeError(
    `${verb}() was called on a thread that the bridge has made (${address}). It is for the thread that owns all of them: call it in the ` +
      'main thread, or in the Worker of your own that made the first call.',
    { thread: address },
  )
}

/**
 * Makes errors of a class come back from other threads as its instances. Call it at the top level of the module that
 * defines the class, so that every thread does. Classes exported by a bridged function's own module need no registering.
 * @returns The same class.
 * @throws TypeError where it is not a class of errors.
 * @example
 * // not-found.js
 * import { registerError } from '@syncbridge/core'
 * export const NotFound = registerError(class NotFound extends Error {})
 * // accounts.js
 * import { syncToAsync } from '@syncbridge/core'
 * import { NotFound } from './not-found.js'
 * export const balanceOf = syncToAsync((account) => { throw new NotFound(account) })
 * // main.js
 * import { balanceOf } from './accounts.js'
 * import { NotFound } from './not-found.js'
 * await balanceOf('alice').catch((error) => console.log(error instanceof NotFound)) // true
 */
export function registerError<C extends ErrorClass>(Class: C): C {
  if (typeof Class !== 'function' || !(Class.prototype instanceof Error)) {
    throw new TypeError('registerError: expected a class that extends Error')
  }
  runtime().registry.addErrorClass(Class, topLevelSite())
  return Class
}

/**
 * The signal of the call that is being run, on whichever thread: it aborts when the caller gives the call up. Sync code sees
 * it change only while it is blocked in `asyncToSync`.
 * @returns undefined outside any call.
 * @example
 * // pages.js
 * import { asyncToSync, callSignal, syncToAsync } from '@syncbridge/core'
 * const load = asyncToSync(async (url) => (await fetch(url, { signal: callSignal() })).text())
 * export const lengthOf = syncToAsync((url) => load(url).length)
 */
export function callSignal(): AbortSignal | undefined {
  return runtime().scopes.current()?.call?.abort.signal
}
