import { ThreadSensitiveContext } from '@syncbridge/core'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { ErrorMapping } from './error-mapping.js'
import { checkOptions, type SyncbridgeOptions } from './options.js'
import { RequestContext } from './request-context.js'
import { ResponseBodies } from './response-body.js'
import { assertThreads } from './threads.js'

/** What `c.var.syncbridge` holds. */
export interface SyncbridgeVariable {
  /** The request's context. */
  readonly context: ThreadSensitiveContext
  /** Aborts when the client disconnects, at the timeout, and with the `signal` option. */
  readonly signal: AbortSignal
}

/** The environment of a Hono app that uses the middleware: `new Hono<SyncbridgeEnv>()`. */
export interface SyncbridgeEnv {
  /** What the middleware sets, as `c.var` has it. */
  Variables: {
    /** The request's context and its signal. */
    syncbridge: SyncbridgeVariable
  }
}

declare module 'hono' {
  interface ContextVariableMap {
    syncbridge: SyncbridgeVariable
  }
}

/**
 * Middleware that gives each request a `ThreadSensitiveContext`: the thread-sensitive calls of one request run on one
 * thread, in order, with no other request between them.
 *
 * The thread is leased by the first such call, so a request that makes none costs none. The context is open until the
 * response's body has been produced or was cancelled. Below another `syncbridge()` it does nothing: the inner
 * context is the outer one.
 *
 * Errors of the bridge that a handler lets through reach `app.onError` as `HTTPException`s with the error as
 * `cause`: a full queue, or a bridge that has been shut down, as 503 with `Retry-After`, a timeout as 504, a thread's death as 500.
 *
 * @param options `timeout` in milliseconds, `signal`, `onError`
 * @throws TypeError for an unknown option or a wrong value
 * @throws NoThreadsError (`SYNCBRIDGE_NO_THREADS`) where the runtime has no worker threads
 *
 * @example
 * ```ts
 * // where.ts
 * import { threadId } from 'node:worker_threads'
 * import { syncToAsync } from '@syncbridge/core'
 *
 * export const where = syncToAsync(() => threadId)
 * // app.ts
 * import { Hono } from 'hono'
 * import { syncbridge } from '@syncbridge/hono'
 * import { where } from './where.ts'
 *
 * export const app = new Hono()
 * app.use(syncbridge({ timeout: 5_000 }))
 * app.get('/', async (c) => c.json([await where(), await where()])) // one thread, twice
 * ```
 */
export function syncbridge(options: SyncbridgeOptions = {}): MiddlewareHandler<SyncbridgeEnv> {
  assertThreads('syncbridge()')
  checkOptions(options)
  const shared = {
    errors: new ErrorMapping(options.onError),
    bodies: new ResponseBodies(),
    options,
    contextOptions: RequestContext.options(options),
  }

  return function syncbridgeMiddleware(c: Context<SyncbridgeEnv>, next: Next) {
    if (c.get('syncbridge')) return next()
    const outer = ThreadSensitiveContext.current()
    if (outer) {
      shared.errors.watch(c)
      c.set('syncbridge', { context: outer, signal: outer.signal })
      return next()
    }
    const request = new RequestContext(c, shared)
    c.set('syncbridge', request)
    return request.serve(next)
  }
}
