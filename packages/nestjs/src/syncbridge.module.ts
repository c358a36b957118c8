import {
  type DynamicModule,
  Inject,
  Logger,
  type MiddlewareConsumer,
  Module,
  type NestInterceptor,
  type NestModule,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common'
import { APP_INTERCEPTOR, ModulesContainer } from '@nestjs/core'
import { configure, shutdown, stats } from '@syncbridge/core'
import { atOwner, atOwnerNow } from './at-owner.js'
import { mountOnGateways } from './mount-on-gateways.js'
import { OpenContexts } from './open-contexts.js'
import { openModules } from './open-modules.js'
import {
  LOG_CONTEXT,
  SYNCBRIDGE_OPTIONS,
  SYNCBRIDGE_OPTIONS_FACTORY,
} from './syncbridge.constants.js'
import { SyncbridgeHealthIndicator } from './syncbridge.health.js'
import { SyncbridgeInterceptor } from './syncbridge.interceptor.js'
import { SyncbridgeMiddleware } from './syncbridge.middleware.js'
import {
  type ResolvedSyncbridgeOptions,
  resolveOptions,
  type SyncbridgeModuleAsyncOptions,
  type SyncbridgeModuleOptions,
  type SyncbridgeOptionsFactory,
} from './syncbridge.options.js'
import { SyncbridgeService } from './syncbridge.service.js'
import { type ForThreadsOptions, threadsModule } from './threads/for-threads.js'
import { ThreadServices } from './threads/thread-services.js'

const passThrough: NestInterceptor = { intercept: (_execution, next) => next.handle() }

/**
 * Brings the bridge into a Nest application: `SyncbridgeInterceptor` and `SyncbridgeService`, everywhere, and an end
 * for the threads when the application closes.
 *
 * @example
 * ```ts
 * // app.module.ts
 * import { Module } from '@nestjs/common'
 * import { SyncbridgeModule } from '@syncbridge/nestjs'
 *
 * @Module({ imports: [SyncbridgeModule.forRoot({ interceptor: { mount: true } })] })
 * export class AppModule {}
 * ```
 */
@Module({})
export class SyncbridgeModule implements NestModule, OnModuleInit, OnApplicationShutdown {
  readonly #options: ResolvedSyncbridgeOptions
  readonly #services: ThreadServices
  readonly #logger = new Logger(LOG_CONTEXT)

  constructor(
    @Inject(SYNCBRIDGE_OPTIONS) options: ResolvedSyncbridgeOptions,
    @Inject(ThreadServices) services: ThreadServices,
  ) {
    this.#options = options
    this.#services = services
    // Also starts the bridge again, if an application before this one has drained it.
    atOwnerNow(() => configure(options.threads))
  }

  /**
   * @param options see `SyncbridgeModuleOptions`
   * @throws TypeError for an unknown option or a wrong value
   */
  static forRoot(options: SyncbridgeModuleOptions = {}): DynamicModule {
    const useValue = resolveOptions(options)
    return moduleWith([{ provide: SYNCBRIDGE_OPTIONS, useValue }])
  }

  /**
   * The options from a provider.
   *
   * @param options exactly one of `useFactory` (with `inject`), `useClass` and `useExisting`, and `imports`
   * @throws TypeError for none of them, or several
   */
  static forRootAsync<Args extends unknown[]>(
    options: SyncbridgeModuleAsyncOptions<Args>,
  ): DynamicModule {
    return { ...moduleWith(optionsProviders(options)), imports: options.imports ?? [] }
  }

  /**
   * Services that live inside the threads: each sync thread boots a Nest application context of its own from `module`, with its
   * first call, and the main thread gets a proxy for each of the `services`. It needs `forRoot()` beside it.
   *
   * @param options see `ForThreadsOptions`
   * @throws TypeError for an unknown option or a wrong value
   * @example
   * ```ts
   * // ledger.service.ts
   * import { Injectable } from '@nestjs/common'
   *
   * @Injectable()
   * export class LedgerService {
   *   transfer(cents: number): number {
   *     return cents
   *   }
   * }
   * // ledger.module.ts
   * import { Module } from '@nestjs/common'
   * import { LedgerService } from './ledger.service.js'
   *
   * @Module({ providers: [LedgerService] })
   * export class LedgerModule {}
   * // app.module.ts
   * import { Controller, Module, Post } from '@nestjs/common'
   * import { type Bridged, InjectBridged, SyncbridgeModule } from '@syncbridge/nestjs'
   * import { LedgerService } from './ledger.service.js'
   *
   * @Controller()
   * class LedgerController {
   *   constructor(@InjectBridged(LedgerService) private readonly ledger: Bridged<LedgerService>) {}
   *
   *   @Post()
   *   transfer(): Promise<number> {
   *     return this.ledger.transfer(5)
   *   }
   * }
   *
   * @Module({
   *   controllers: [LedgerController],
   *   imports: [
   *     SyncbridgeModule.forRoot({ interceptor: { mount: true } }),
   *     SyncbridgeModule.forThreads({
   *       module: new URL('./ledger.module.js', import.meta.url),
   *       services: [LedgerService],
   *     }),
   *   ],
   * })
   * export class AppModule {}
   * ```
   */
  static forThreads(options: ForThreadsOptions): DynamicModule {
    return threadsModule(options)
  }

  /** @internal Nest calls it. */
  configure(consumer: MiddlewareConsumer): void {
    if (this.#options.middleware.mount) consumer.apply(SyncbridgeMiddleware).forRoutes('{*path}')
  }

  /** @internal Nest calls it. */
  async onModuleInit(): Promise<void> {
    this.#services.connect()
    const open = openModules()
    open.modules.add(this)
    if (!open.draining) return
    await open.draining
    atOwnerNow(() => configure())
  }

  /** @internal Nest calls it. */
  async onApplicationShutdown(): Promise<void> {
    const open = openModules()
    open.modules.delete(this)
    const { drain, timeout } = this.#options.shutdown
    if (!drain || open.modules.size > 0) return
    open.draining = atOwner(() => this.#drain(timeout)).finally(() => {
      open.draining = undefined
    })
    await open.draining
  }

  async #drain(timeout: number): Promise<void> {
    const { calls, threads } = stats()
    if (threads.length === 0) return shutdown({ timeout })
    this.#logger.log(`Ending ${threads.length} threads; ${calls.pending} calls are pending`)
    const before = stats().calls.failed
    await shutdown({ timeout })
    const cutOff = stats().calls.failed - before
    if (cutOff > 0) this.#logger.warn(`${cutOff} calls failed in the ${timeout} ms that they had`)
  }
}

function moduleWith(options: Provider[]): DynamicModule {
  return {
    exports: [
      OpenContexts,
      SYNCBRIDGE_OPTIONS,
      SyncbridgeHealthIndicator,
      SyncbridgeInterceptor,
      SyncbridgeMiddleware,
      SyncbridgeService,
    ],
    global: true,
    module: SyncbridgeModule,
    providers: [
      ...options,
      OpenContexts,
      SyncbridgeHealthIndicator,
      SyncbridgeInterceptor,
      SyncbridgeMiddleware,
      SyncbridgeService,
      ThreadServices,
      {
        inject: [SYNCBRIDGE_OPTIONS, SyncbridgeInterceptor, ModulesContainer],
        provide: APP_INTERCEPTOR,
        useFactory: mount,
      },
    ],
  }
}

/** Only the resolved options tell whether to mount the interceptor. */
function mount(
  { interceptor: { mount } }: ResolvedSyncbridgeOptions,
  interceptor: SyncbridgeInterceptor,
  modules: ModulesContainer,
): NestInterceptor {
  const isOurs = (candidate: unknown) => candidate instanceof SyncbridgeInterceptor
  mountOnGateways(modules, mount ? interceptor : undefined, isOurs)
  return mount ? interceptor : passThrough
}

function optionsProviders<Args extends unknown[]>(
  options: SyncbridgeModuleAsyncOptions<Args>,
): Provider[] {
  const { inject = [], useClass, useExisting, useFactory } = options
  const given = [useFactory, useClass, useExisting].filter((way) => way !== undefined)
  if (given.length !== 1) {
    throw new TypeError(
      'SyncbridgeModule.forRootAsync() needs exactly one of useFactory, useClass and useExisting',
    )
  }
  if (useFactory) {
    const resolve = async (...args: Args) => resolveOptions(await useFactory(...args))
    return [{ inject, provide: SYNCBRIDGE_OPTIONS, useFactory: resolve }]
  }
  const token = useExisting ?? SYNCBRIDGE_OPTIONS_FACTORY
  const resolve = async (factory: SyncbridgeOptionsFactory) =>
    resolveOptions(await factory.createSyncbridgeOptions())
  return [
    ...(useClass ? [{ provide: SYNCBRIDGE_OPTIONS_FACTORY, useClass }] : []),
    { inject: [token], provide: SYNCBRIDGE_OPTIONS, useFactory: resolve },
  ]
}
