import type { ThreadSensitiveContext } from '@syncbridge/core'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { onAbort, watchClient } from './client.js'
import { ErrorMapping } from './error-mapping.js'
import { checkOptions, type SyncbridgeOptions } from './options.js'
import { holdBody, type OpenBody } from './response-body.js'
import { type Core, loadCore } from './runtime.js'

/** What `c.var.syncbridge` holds. */
export interface SyncbridgeVariable {
  /** The request's context. */
  readonly context: ThreadSensitiveContext
  /** Aborts when the client disconnects, at the timeout, and with the `signal` option. */
  readonly signal: AbortSignal
}

/** The environment of a Hono app that uses the middleware: `new Hono<SyncbridgeEnv>()`. */
export interface SyncbridgeEnv {
  Variables: { syncbridge: SyncbridgeVariable }
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
 * `cause`: a full queue as 503 with `Retry-After`, a timeout as 504, a thread's death as 500.
 *
 * @param options `timeout` in milliseconds, `signal`, `onError`
 * @throws TypeError for an unknown option or a wrong value
 * @throws NoThreadsError (`SYNCBRIDGE_NO_THREADS`) where the runtime has no worker threads
 *
 * @example
 * ```ts
 * import { Hono } from 'hono'
 * import { syncbridge } from '@syncbridge/hono'
 *
 * const app = new Hono()
 * app.use(syncbridge({ timeout: 5_000 }))
 * app.get('/', (c) => c.json({ aborted: c.var.syncbridge.signal.aborted }))
 * ```
 */
export function syncbridge(options: SyncbridgeOptions = {}): MiddlewareHandler<SyncbridgeEnv> {
  checkOptions(options)
  const loading = loadCore()

  return async function syncbridgeMiddleware(c: Context<SyncbridgeEnv>, next: Next) {
    if (c.get('syncbridge')) return next()
    const core = await loading
    const errors = new ErrorMapping(core, options.onError)
    errors.watch(c)
    const outer = core.ThreadSensitiveContext.current()
    if (!outer) return serve(core, c, next, options, errors)
    c.set('syncbridge', { context: outer, signal: outer.signal })
    return next()
  }
}

/** Settles when the response is there; the context stays open behind it until the body has ended. */
function serve(
  core: Core,
  c: Context<SyncbridgeEnv>,
  next: Next,
  { signal, timeout }: SyncbridgeOptions,
  errors: ErrorMapping,
): Promise<void> {
  const abort = new AbortController()
  const context = new core.ThreadSensitiveContext({
    signal: abort.signal,
    ...(timeout === undefined ? {} : { timeout }),
  })
  c.set('syncbridge', { context, signal: context.signal })

  let body: OpenBody | undefined
  let gone: DOMException | undefined
  const stopWatching = watchClient(c, (answered) => {
    gone = new DOMException('The client is gone', 'AbortError')
    // With the response complete, a body still held is one that the handler wrote itself, or that was dropped on its way.
    if (!(answered && body)) abort.abort(gone)
    body?.abandon(gone)
  })
  const stopFollowing = signal && onAbort(signal, () => abort.abort(signal.reason))

  return new Promise((answered, failed) => {
    context
      .run(async () => {
        try {
          await next()
        } catch (error) {
          throw errors.map(error, c) ?? error
        }
        // With the client gone, the response that is there may be another's, sent while the handler was still running.
        if (!gone) body = holdBody(c)
        answered()
        await body?.untilEnd()
      })
      // Once the response is on its way there is nobody left to tell, and `failed` does nothing.
      .catch(failed)
      .finally(() => {
        stopWatching()
        stopFollowing?.()
      })
  })
}
