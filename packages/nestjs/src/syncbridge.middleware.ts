import { Inject, Injectable, type NestMiddleware } from '@nestjs/common'
import { ThreadSensitiveContext } from '@syncbridge/core'
import { rawResponse, watchResponse } from './client-watch.js'
import { OpenContexts } from './open-contexts.js'
import { SYNCBRIDGE_OPTIONS } from './syncbridge.constants.js'
import type { ResolvedSyncbridgeOptions } from './syncbridge.options.js'

/**
 * Opens a request's `ThreadSensitiveContext` before guards, pipes and interceptors, and leaves it open behind exception filters:
 * for applications whose guards or filters call bridged functions. The context is the one that `SyncbridgeInterceptor` would
 * open, and that finds it there; keep it mounted too, for Nest exceptions, `@Timeout()` and what Observables produce.
 *
 * @example
 * ```ts
 * // app.module.ts
 * import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common'
 * import { SyncbridgeMiddleware, SyncbridgeModule } from '@syncbridge/nestjs'
 *
 * @Module({ imports: [SyncbridgeModule.forRoot({ interceptor: { mount: true } })] })
 * export class AppModule implements NestModule {
 *   configure(consumer: MiddlewareConsumer): void {
 *     consumer.apply(SyncbridgeMiddleware).forRoutes('accounts')
 *   }
 * }
 * ```
 */
@Injectable()
export class SyncbridgeMiddleware implements NestMiddleware {
  readonly #options: ResolvedSyncbridgeOptions
  readonly #contexts: OpenContexts

  constructor(
    @Inject(SYNCBRIDGE_OPTIONS) options: ResolvedSyncbridgeOptions,
    @Inject(OpenContexts) contexts: OpenContexts,
  ) {
    this.#options = options
    this.#contexts = contexts
  }

  /** @internal Nest calls it. */
  use(_request: unknown, response: unknown, next: (error?: unknown) => void): void {
    const raw = rawResponse(response)
    const watch = watchResponse(response)
    if (!raw || !watch || ThreadSensitiveContext.current()) return next()
    const { timeout } = this.#options.interceptor
    this.#contexts.open(raw, { timeout, watch }).run(() => next())
  }
}
