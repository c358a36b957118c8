import { Injectable } from '@nestjs/common'
import {
  type AsyncModule,
  SyncBridgeError,
  stats,
  syncToAsync,
  ThreadSensitiveContext,
} from '@syncbridge/core'

/** What `SyncbridgeHealthIndicator` tells, in the form of @nestjs/terminus. */
export type SyncbridgeHealth<Key extends string = 'syncbridge'> = Record<
  Key,
  {
    /** `down` where threads can't start, or a queue is full. */
    readonly status: 'up' | 'down'
    /** Threads that are there. */
    readonly threads: number
    /** Calls that wait for a thread. */
    readonly queued: number
    /** Open contexts. */
    readonly contexts: number
    /** Why it is down. */
    readonly message?: string
  }
>

type Ping = AsyncModule<{ ping(): void }>

/** Errors that say that nobody is served; any other answer, a late one too, comes from a thread that works. */
const DOWN = ['SYNCBRIDGE_QUEUE_FULL', 'SYNCBRIDGE_THREAD_EXITED', 'SYNCBRIDGE_CLOSED']

/**
 * The bridge's health, for `@nestjs/terminus`: down when threads can't start, when a queue is full, and after the bridge was closed. It
 * asks by a call like any other; threads that are busy, and keep it waiting, are well.
 *
 * @example
 * ```ts
 * // health.controller.ts
 * import { Controller, Get } from '@nestjs/common'
 * import { HealthCheck, HealthCheckService } from '@nestjs/terminus'
 * import { SyncbridgeHealthIndicator } from '@syncbridge/nestjs'
 *
 * @Controller('health')
 * export class HealthController {
 *   constructor(
 *     private readonly health: HealthCheckService,
 *     private readonly bridge: SyncbridgeHealthIndicator,
 *   ) {}
 *
 *   @Get()
 *   @HealthCheck()
 *   check() {
 *     return this.health.check([() => this.bridge.isHealthy()])
 *   }
 * }
 * ```
 */
@Injectable()
export class SyncbridgeHealthIndicator {
  readonly #url = new URL('./thread-ping.js', import.meta.url)
  readonly #leased: Ping = syncToAsync<{ ping(): void }>(this.#url)
  readonly #pooled: Ping = syncToAsync<{ ping(): void }>(this.#url, { threadSensitive: false })

  /**
   * Whether the bridge takes calls, for `HealthCheckService.check()`.
   *
   * @param key the name in the report
   * @param options `timeout`: milliseconds that an answer is waited for; default 5,000. When they have passed, a bridge that has a
   * thread at work is up; one that has none, whose threads hang as they start, is down.
   */
  async isHealthy<Key extends string = 'syncbridge'>(
    key: Key = 'syncbridge' as Key,
    { timeout = 5000 }: { timeout?: number | undefined } = {},
  ): Promise<SyncbridgeHealth<Key>> {
    const message = await this.#complaint(timeout)
    const { contexts, queued, threads } = stats()
    const report = {
      contexts,
      queued,
      status: message === undefined ? 'up' : 'down',
      threads: threads.length,
      ...(message === undefined ? {} : { message }),
    } as const
    return { [key]: report } as SyncbridgeHealth<Key>
  }

  async #complaint(timeout: number): Promise<string | undefined> {
    const asked = [
      new ThreadSensitiveContext().run(() => this.#leased.ping.with({ timeout })()),
      // Applications that don't use the pool shall not start it by this.
      ...(stats().threads.some(({ role }) => role === 'pool')
        ? [this.#pooled.ping.with({ timeout })()]
        : []),
    ]
    for (const answer of await Promise.allSettled(asked)) {
      if (answer.status === 'fulfilled') continue
      const error: unknown = answer.reason
      if (!(error instanceof SyncBridgeError)) throw error
      if (DOWN.includes(error.code)) return error.message
      if (!stats().threads.some(({ state }) => state === 'busy')) return error.message
    }
    return undefined
  }
}
