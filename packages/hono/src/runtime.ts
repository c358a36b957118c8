import { getRuntimeKey } from 'hono/adapter'

export type Core = typeof import('@syncbridge/core')

const threaded = new Set(['node', 'bun', 'deno'])

/**
 * `syncbridge()` was called on a runtime that has no worker threads, such as Cloudflare Workers.
 */
export class NoThreadsError extends Error {
  override readonly name = 'NoThreadsError'
  readonly code = 'SYNCBRIDGE_NO_THREADS'

  constructor(runtime: string) {
    super(
      `syncbridge() needs worker threads, and this runtime ('${runtime}') has none. ` +
        'Leave the middleware out here, or run the app on Node, Bun or Deno.',
    )
  }
}

/**
 * Loads the core, or says at once that this runtime can't have it.
 *
 * The core imports `node:worker_threads`, so it is imported only after the check: an app that is merely bundled
 * with this package still loads where that module is missing.
 *
 * @throws NoThreadsError (`SYNCBRIDGE_NO_THREADS`)
 */
export function loadCore(): Promise<Core> {
  const runtime = getRuntimeKey()
  if (!threaded.has(runtime)) throw new NoThreadsError(runtime)
  const core = import('@syncbridge/core')
  // A failure belongs to the requests, which await the same promise; before the first it has no listener.
  core.catch(() => {})
  return core
}
