import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { ThreadSensitiveContext } from '@syncbridge/core'
import { catchError, type Observable } from 'rxjs'
import { retryAfter, toHttpException } from './bridge-exceptions.js'
import { inContext } from './context-observable.js'
import { watchResponse } from './response-watch.js'
import { SYNCBRIDGE_OPTIONS } from './syncbridge.constants.js'
import type { ResolvedSyncbridgeOptions } from './syncbridge.options.js'

/**
 * Gives each execution of a handler a `ThreadSensitiveContext`: the thread-sensitive calls of one request run on one
 * thread, in order, with no other request between them. The thread is leased by the first such call.
 *
 * - http: the context is open until the response has ended, streams and server-sent events included; it aborts when the
 *   client disconnects. Errors of the bridge become Nest exceptions: a full queue 503 with `Retry-After`, a timeout
 *   504, a thread's death 500, each with the error as its `cause`.
 * - rpc, ws and graphql: the context is open until the handler's Observable has completed.
 *
 * Inside another context it opens none: the inner one is the outer one.
 *
 * @example
 * ```ts
 * import { Controller, Get, UseInterceptors } from '@nestjs/common'
 * import { SyncbridgeInterceptor } from '@syncbridge/nestjs'
 *
 * @Controller('reports')
 * @UseInterceptors(SyncbridgeInterceptor)
 * export class ReportsController {
 *   @Get()
 *   list(): string {
 *     return 'bridged calls made here share one thread'
 *   }
 * }
 * ```
 */
@Injectable()
export class SyncbridgeInterceptor implements NestInterceptor {
  readonly #options: ResolvedSyncbridgeOptions
  readonly #host: HttpAdapterHost

  constructor(
    @Inject(SYNCBRIDGE_OPTIONS) options: ResolvedSyncbridgeOptions,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    this.#options = options
    this.#host = host
  }

  intercept(execution: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const isHttp = execution.getType() === 'http'
    const result = ThreadSensitiveContext.current()
      ? next.handle()
      : inContext(
          () => next.handle(),
          isHttp ? watchResponse(execution.switchToHttp().getResponse()) : undefined,
          this.#options.interceptor.timeout,
        )
    return isHttp ? result.pipe(catchError((error) => this.#refuse(execution, error))) : result
  }

  #refuse(execution: ExecutionContext, error: unknown): never {
    const exception = toHttpException(error)
    if (!exception) throw error
    const response: unknown = execution.switchToHttp().getResponse()
    const { httpAdapter } = this.#host
    if (exception.getStatus() === 503 && !httpAdapter.isHeadersSent(response)) {
      httpAdapter.setHeader(response, 'Retry-After', retryAfter)
    }
    throw exception
  }
}
