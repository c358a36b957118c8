import {
  type CallHandler,
  type ExecutionContext,
  type HttpException,
  Inject,
  Injectable,
  Logger,
  type NestInterceptor,
} from '@nestjs/common'
import { HttpAdapterHost, Reflector } from '@nestjs/core'
import { ThreadSensitiveContext } from '@syncbridge/core'
import { catchError, type Observable } from 'rxjs'
import { retryAfter, toHttpException, toTransportException } from './bridge-exceptions.js'
import { inContext } from './context-observable.js'
import { type Client, Clients } from './execution.js'
import { OpenContexts } from './open-contexts.js'
import {
  LOG_CONTEXT,
  SKIP_METADATA,
  SYNCBRIDGE_OPTIONS,
  TIMEOUT_METADATA,
} from './syncbridge.constants.js'
import type { ResolvedSyncbridgeOptions } from './syncbridge.options.js'

/**
 * Gives each execution of a handler a `ThreadSensitiveContext`: the thread-sensitive calls of one request run on one
 * thread, in order, with no other request between them. The thread is leased by the first such call.
 *
 * - http: the context is open until the response has ended, streams and server-sent events included; it aborts when the
 *   client disconnects.
 * - graphql: the resolvers of one request share a context, which is open until the response has ended.
 * - rpc, ws: the context is open until the handler's Observable has completed; it aborts when the client of a gateway or of a
 *   TCP microservice disconnects.
 *
 * Errors of the bridge become Nest exceptions: a full queue, or a bridge that has been shut down, 503 with `Retry-After`, a timeout 504, a thread's death 500, each
 * with the error as its `cause`: an `HttpException` for http and graphql, an `RpcException` or a `WsException` with the same
 * body elsewhere.
 *
 * Inside another context it opens none: the inner one is the outer one. `@Timeout()` and `@SkipBridge()` are for single
 * handlers.
 *
 * @example
 * ```ts
 * // reports.controller.ts
 * import { Controller, Get, UseInterceptors } from '@nestjs/common'
 * import { SyncbridgeInterceptor } from '@syncbridge/nestjs'
 * import { open, write } from './report-file.js' // bridged by syncToAsync
 *
 * @Controller('reports')
 * @UseInterceptors(SyncbridgeInterceptor)
 * export class ReportsController {
 *   @Get()
 *   async report(): Promise<string> {
 *     await open('yearly')
 *     return write('all is well') // on the same thread
 *   }
 * }
 * ```
 */
@Injectable()
export class SyncbridgeInterceptor implements NestInterceptor {
  readonly #options: ResolvedSyncbridgeOptions
  readonly #host: HttpAdapterHost
  readonly #reflector: Reflector
  readonly #contexts: OpenContexts
  readonly #clients = new Clients()
  readonly #logger = new Logger(LOG_CONTEXT)

  constructor(
    @Inject(SYNCBRIDGE_OPTIONS) options: ResolvedSyncbridgeOptions,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(Reflector) reflector: Reflector,
    @Inject(OpenContexts) contexts: OpenContexts,
  ) {
    this.#options = options
    this.#host = host
    this.#reflector = reflector
    this.#contexts = contexts
  }

  intercept(execution: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const places = [execution.getHandler(), execution.getClass()]
    if (this.#reflector.getAllAndOverride<boolean>(SKIP_METADATA, places)) return next.handle()
    const own = this.#reflector.getAllAndOverride<number | undefined>(TIMEOUT_METADATA, places)
    const client = this.#clients.of(execution)
    return this.#around(execution, client, next, own).pipe(
      catchError((error) => this.#refuse(execution, client, error)),
    )
  }

  #around(
    execution: ExecutionContext,
    client: Client,
    next: CallHandler<unknown>,
    ownTimeout: number | undefined,
  ): Observable<unknown> {
    const open = this.#contexts.find(client.response)
    if (open && ownTimeout !== undefined) open.abortAfter(ownTimeout)
    const isInside = ThreadSensitiveContext.current() !== undefined
    if (open) return isInside ? open.keep(() => next.handle()) : open.observe(() => next.handle())
    if (isInside) return next.handle()
    const timeout = ownTimeout ?? this.#options.interceptor.timeout
    const watch = client.watch()
    if (execution.getType<string>() !== 'graphql' || !client.response || !watch)
      return inContext(() => next.handle(), watch, timeout)
    return this.#contexts.open(client.response, { timeout, watch }).observe(() => next.handle())
  }

  #refuse(execution: ExecutionContext, { response }: Client, error: unknown): never {
    const exception = toHttpException(error)
    if (!exception) throw error
    this.#log(execution, exception)
    const type = execution.getType<string>()
    if (type === 'rpc' || type === 'ws') throw toTransportException(type, exception)
    if (exception.getStatus() === 503 && response) this.#askToRetry(execution, response)
    throw exception
  }

  #log(execution: ExecutionContext, exception: HttpException): void {
    const { message } = exception.cause as Error
    const where = `${execution.getClass().name}.${execution.getHandler().name}`
    this.#logger.warn(`${exception.getStatus()} for ${where}: ${message}`)
  }

  #askToRetry(execution: ExecutionContext, raw: object): void {
    const { httpAdapter } = this.#host
    const isHttp = execution.getType() === 'http'
    // Fastify keeps its headers apart from the raw response.
    const response: unknown = isHttp ? execution.switchToHttp().getResponse() : raw
    if (isHttp && !httpAdapter.isHeadersSent(response))
      httpAdapter.setHeader(response, 'Retry-After', retryAfter)
    else if (isSettable(response)) response.setHeader('Retry-After', retryAfter)
  }
}

interface Settable {
  setHeader(name: string, value: string): unknown
}

function isSettable(response: unknown): response is Settable {
  return (
    typeof response === 'object' &&
    response !== null &&
    'setHeader' in response &&
    typeof response.setHeader === 'function' &&
    Reflect.get(response, 'headersSent') === false
  )
}
