import {
  type DynamicModule,
  Inject,
  Module,
  type NestInterceptor,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common'
import { APP_INTERCEPTOR } from '@nestjs/core'
import { configure, shutdown } from '@syncbridge/core'
import { openModules } from './open-modules.js'
import { SYNCBRIDGE_OPTIONS, SYNCBRIDGE_OPTIONS_FACTORY } from './syncbridge.constants.js'
import { SyncbridgeInterceptor } from './syncbridge.interceptor.js'
import {
  type ResolvedSyncbridgeOptions,
  resolveOptions,
  type SyncbridgeModuleAsyncOptions,
  type SyncbridgeModuleOptions,
  type SyncbridgeOptionsFactory,
} from './syncbridge.options.js'
import { SyncbridgeService } from './syncbridge.service.js'

const passThrough: NestInterceptor = { intercept: (_execution, next) => next.handle() }

/**
 * Brings the bridge into a Nest application: `SyncbridgeInterceptor` and `SyncbridgeService`, everywhere, and an end
 * for the threads when the application closes.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common'
 * import { SyncbridgeModule } from '@syncbridge/nestjs'
 *
 * @Module({ imports: [SyncbridgeModule.forRoot({ interceptor: { mount: true } })] })
 * export class AppModule {}
 * ```
 */
@Module({})
export class SyncbridgeModule implements OnModuleInit, OnApplicationShutdown {
  readonly #options: ResolvedSyncbridgeOptions

  constructor(@Inject(SYNCBRIDGE_OPTIONS) options: ResolvedSyncbridgeOptions) {
    this.#options = options
    // Also starts the bridge again, if an application before this one has drained it.
    configure(options.threads)
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

  async onModuleInit(): Promise<void> {
    const open = openModules()
    open.modules.add(this)
    if (!open.draining) return
    await open.draining
    configure()
  }

  async onApplicationShutdown(): Promise<void> {
    const open = openModules()
    open.modules.delete(this)
    const { drain, timeout } = this.#options.shutdown
    if (!drain || open.modules.size > 0) return
    open.draining = shutdown({ timeout }).finally(() => {
      open.draining = undefined
    })
    await open.draining
  }
}

function moduleWith(options: Provider[]): DynamicModule {
  return {
    exports: [SYNCBRIDGE_OPTIONS, SyncbridgeInterceptor, SyncbridgeService],
    global: true,
    module: SyncbridgeModule,
    providers: [
      ...options,
      SyncbridgeInterceptor,
      SyncbridgeService,
      {
        inject: [SYNCBRIDGE_OPTIONS, SyncbridgeInterceptor],
        provide: APP_INTERCEPTOR,
        // Only the resolved options tell whether to mount it.
        useFactory: (resolved: ResolvedSyncbridgeOptions, interceptor: SyncbridgeInterceptor) =>
          resolved.interceptor.mount ? interceptor : passThrough,
      },
    ],
  }
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
