import { syncToAsync } from '@syncbridge/core'
import type { Context, Next } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { checkPositive, refuseUnknown, type SyncbridgeOptions } from './options.js'
import { plainRequest } from './plain-request.js'
import { plainResponse } from './plain-response.js'
import { isStreamed, streamResult } from './streamed-result.js'
import type { SyncRequest, Validated } from './sync-request.js'
import type { ResponseOf } from './sync-result.js'
import { syncbridge } from './syncbridge.js'
import { assertThreads } from './threads.js'

/** What `syncHandler()` takes besides the function; everything may be left out. */
export interface SyncHandlerOptions {
  /** Bytes that a request's body may have; past them the answer is 413. Default 1 MiB. */
  bodyLimit?: number | undefined
  /** Milliseconds for the call, waiting for a thread included; then the answer is 504. Default: no limit. */
  timeout?: number | undefined
  /** `false` runs the function on any thread of the pool instead of the request's own. Default true. */
  threadSensitive?: boolean | undefined
  /** The export to take of a module that is given by its URL, by default the default one; else the name to register under. */
  name?: string | undefined
  /** The module that the call stands in, `import.meta.url`, where it can't be read off the call. */
  module?: string | undefined
  /** As that of `syncbridge()`, for an app that does not use it. */
  onError?: SyncbridgeOptions['onError'] | undefined
}

/** A route's handler. It asks nothing of the app that it is part of: path and validated input are the route's own. */
// biome-ignore lint/suspicious/noExplicitAny: with any other type, Hono would take the handler's input for the route's.
export type SyncHandler<R> = (c: any, next: Next) => Promise<ResponseOf<R>>

// biome-ignore lint/suspicious/noExplicitAny: stands for every route, whatever its path, input and result.
type AnyRoute = (request: any) => unknown

const OPTIONS = ['bodyLimit', 'timeout', 'threadSensitive', 'name', 'module', 'onError']
const DEFAULT_BODY_LIMIT = 1024 * 1024

/**
 * A route that is a synchronous function: it runs on a sync thread and may block there.
 *
 * It gets the request as plain data and returns a text, bytes, anything that can be JSON, `{ status, headers, body }`, or nothing for
 * 204. A generator streams: each chunk is made when the client has room for it, and a client that leaves ends the generator.
 * A thread finds the function by its place, so `syncHandler(fn)` is called at the top level of a module that starts no server. A route of
 * another module is named by its URL.
 *
 * Inside `syncbridge()` it runs on the request's thread; without, the route has a context of its own, with the same handling of
 * errors and of clients that leave.
 *
 * @param fn A synchronous function or generator function; or the URL of a module that exports one.
 * @param options `bodyLimit` in bytes, `timeout` in milliseconds, `threadSensitive`, `name`, `module`, `onError`
 * @throws TypeError for an unknown option or a wrong value, or where `fn` is not synchronous
 * @throws RegistrationError (`SYNCBRIDGE_REGISTRATION`) where it is not called at a module's top level
 * @throws NoThreadsError (`SYNCBRIDGE_NO_THREADS`) where the runtime has no worker threads
 *
 * @example
 * ```ts
 * // app.ts
 * import { Hono } from 'hono'
 * import { syncHandler } from '@syncbridge/hono'
 *
 * export const app = new Hono().get(
 *   '/square/:n',
 *   syncHandler(({ params }) => ({ square: Number(params.n) ** 2 })),
 * )
 * ```
 */
export function syncHandler<R, P extends string = string, V extends Validated = object>(
  fn: (request: SyncRequest<P, V>) => R,
  options?: SyncHandlerOptions,
): SyncHandler<R>
export function syncHandler<F extends AnyRoute = AnyRoute>(
  module: URL,
  options?: Omit<SyncHandlerOptions, 'module'>,
): SyncHandler<ReturnType<F>>
export function syncHandler(
  subject: AnyRoute | URL,
  options: SyncHandlerOptions = {},
): (c: Context, next: Next) => Promise<Response | undefined> {
  assertThreads('syncHandler()')
  refuseUnknown('syncHandler()', options, OPTIONS)
  const { bodyLimit = DEFAULT_BODY_LIMIT, timeout, onError } = options
  checkPositive('syncHandler()', { bodyLimit }, 'bytes')
  checkPositive('syncHandler()', { timeout }, 'milliseconds')
  const { run, name } = bridge(subject, options)
  const alone = syncbridge(onError && { onError })

  async function answer(c: Context): Promise<Response> {
    const request = await plainRequest(c, bodyLimit)
    try {
      const started = run(request)
      const result = isThenable(started) ? await started : started
      return isStreamed(result) ? await streamResult(c, result, name) : plainResponse(c, result)
    } catch (error) {
      throw asHttpException(error) ?? error
    }
  }

  return async function syncRoute(c: Context): Promise<Response | undefined> {
    if (c.get('syncbridge')) return answer(c)
    await alone(c, async () => {
      c.res = await answer(c)
    })
    return undefined
  }
}

interface Bridged {
  readonly run: (request: SyncRequest) => unknown
  readonly name: string
}

function bridge(subject: AnyRoute | URL, options: SyncHandlerOptions): Bridged {
  const { threadSensitive = true, timeout, module, name } = options
  const common = { threadSensitive, ...(timeout !== undefined && { timeout }) }
  if (!(subject instanceof URL)) {
    const naming = { ...(module !== undefined && { module }), ...(name !== undefined && { name }) }
    const run = syncToAsync<[SyncRequest], unknown>(subject, { ...common, ...naming })
    return { run, name: name ?? (subject.name || 'the function') }
  }
  const exported = name ?? 'default'
  const run = syncToAsync<Record<string, AnyRoute>>(subject, common)[exported]
  if (!run) throw new TypeError(`syncHandler(): '${exported}' can't be the name of a route`)
  return { run, name: exported }
}

/**
 * An `HTTPException` that a route has thrown. Its class is Hono's, which no thread can name for another; known by what it has, it is
 * built again, without the `res` that can't cross.
 */
function asHttpException(error: unknown): HTTPException | undefined {
  if (!(error instanceof Error) || error instanceof HTTPException) return undefined
  if (!('status' in error && ('res' in error || 'syncbridgeLost' in error))) return undefined
  const { message, cause, status } = error
  if (!Number.isInteger(status)) return undefined
  return new HTTPException(status as ContentfulStatusCode, { message, cause })
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}
