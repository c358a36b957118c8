import { getRuntimeKey } from 'hono/adapter'

/**
 * `syncbridge()` or `syncHandler()` was called on a runtime that has no worker threads, such as Cloudflare Workers.
 */
export class NoThreadsError extends Error {
  /** `NoThreadsError`. */
  override readonly name = 'NoThreadsError'
  /** A stable identifier. */
  readonly code = 'SYNCBRIDGE_NO_THREADS'

  constructor(verb: string, runtime: string = getRuntimeKey()) {
    super(
      `${verb} needs worker threads, and this runtime ('${runtime}') has none, or the app was bundled for one that has none. ` +
        'Leave it out here, or run the app on Node, Bun or Deno.',
    )
  }
}
