import { Injectable } from '@nestjs/common'
import { type Stats, stats, ThreadSensitiveContext } from '@syncbridge/core'

/**
 * The bridge, for injection.
 *
 * @example
 * ```ts
 * // nightly-report.ts
 * import { Injectable } from '@nestjs/common'
 * import { SyncbridgeService } from '@syncbridge/nestjs'
 * import { open, write } from './report-file.js' // bridged by syncToAsync
 *
 * @Injectable()
 * export class NightlyReport {
 *   constructor(private readonly bridge: SyncbridgeService) {}
 *
 *   make(): Promise<string> {
 *     return this.bridge.run(async () => {
 *       await open('nightly')
 *       return write('all is well') // on the same thread
 *     })
 *   }
 * }
 * ```
 */
@Injectable()
export class SyncbridgeService {
  /** The threads by role and state, and how much is queued. */
  stats(): Stats {
    return stats()
  }

  /**
   * Runs a function in a `ThreadSensitiveContext`, for work that no request brings: jobs, schedules, commands. Inside
   * a request it runs in the request's.
   *
   * @param fn is given the context; its result is returned
   * @param options `timeout` in milliseconds, `signal`
   */
  run<T>(
    fn: (context: ThreadSensitiveContext) => T | Promise<T>,
    options: { signal?: AbortSignal | undefined; timeout?: number | undefined } = {},
  ): Promise<T> {
    return new ThreadSensitiveContext(options).run(fn)
  }
}
