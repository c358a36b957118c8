import type { DynamicModule, FactoryProvider, Type } from '@nestjs/common'
import type { ConfigureOptions } from '@syncbridge/core'

/** How `SyncbridgeInterceptor` behaves. */
export class SyncbridgeInterceptorOptions {
  /** Puts the interceptor on every handler of the application, as `APP_INTERCEPTOR` does. */
  mount?: boolean | undefined = false

  /** Milliseconds until a request's context is aborted; a call that is waited for then becomes a 504. No limit by default. */
  timeout?: number | undefined
}

/** Whether requests get their context before guards run. */
export class SyncbridgeMiddlewareOptions {
  /** Puts `SyncbridgeMiddleware` before every route: guards and exception filters are then inside the context, too. */
  mount?: boolean | undefined = false
}

/** What happens to the bridge's threads when the application closes. */
export class SyncbridgeShutdownOptions {
  /**
   * Lets the running calls finish and ends the threads in `onApplicationShutdown`. Threads belong to the process, so of
   * several applications in one process only the last to close does this.
   */
  drain?: boolean | undefined = true

  /** Milliseconds that running calls are given; those still running then are ended with their threads. */
  timeout?: number | undefined = 10_000
}

/** What `SyncbridgeModule.forRoot()` takes; everything may be left out. */
export class SyncbridgeModuleOptions {
  /** How `SyncbridgeInterceptor` behaves. */
  interceptor?: SyncbridgeInterceptorOptions | undefined = new SyncbridgeInterceptorOptions()

  /** Whether requests get their context before guards run. */
  middleware?: SyncbridgeMiddlewareOptions | undefined = new SyncbridgeMiddlewareOptions()

  /** What happens to the bridge's threads when the application closes. */
  shutdown?: SyncbridgeShutdownOptions | undefined = new SyncbridgeShutdownOptions()

  /** Sizes and limits of the process's threads: what the core's `configure()` takes. Left alone by default. */
  threads?: ConfigureOptions | undefined
}

/** A provider of the options, for `useClass` and `useExisting`. */
export interface SyncbridgeOptionsFactory {
  /** @returns the options, asked for once, when the module is loaded. */
  createSyncbridgeOptions(): SyncbridgeModuleOptions | Promise<SyncbridgeModuleOptions>
}

/** What `SyncbridgeModule.forRootAsync()` takes: exactly one of `useFactory`, `useClass` and `useExisting`. */
export interface SyncbridgeModuleAsyncOptions<Args extends unknown[] = unknown[]> {
  /** Modules that export what is injected. */
  imports?: NonNullable<DynamicModule['imports']> | undefined
  /** Tokens whose providers become the arguments of `useFactory`. */
  inject?: NonNullable<FactoryProvider['inject']> | undefined
  /** Makes the options. */
  useFactory?:
    | ((...args: Args) => SyncbridgeModuleOptions | Promise<SyncbridgeModuleOptions>)
    | undefined
  /** A class to instantiate that makes the options. */
  useClass?: Type<SyncbridgeOptionsFactory> | undefined
  /** A provider, already there, that makes the options. */
  useExisting?: Type<SyncbridgeOptionsFactory> | string | symbol | undefined
}

/** The options with their defaults in place. */
export interface ResolvedSyncbridgeOptions {
  readonly interceptor: { readonly mount: boolean; readonly timeout: number | undefined }
  readonly middleware: { readonly mount: boolean }
  readonly shutdown: { readonly drain: boolean; readonly timeout: number }
  readonly threads: ConfigureOptions | undefined
}

/**
 * @throws TypeError naming the option and what it should be
 */
export function resolveOptions(given: SyncbridgeModuleOptions = {}): ResolvedSyncbridgeOptions {
  checkNames(given, ['interceptor', 'middleware', 'shutdown', 'threads'], '')
  const interceptor = { ...new SyncbridgeInterceptorOptions(), ...given.interceptor }
  const middleware = { ...new SyncbridgeMiddlewareOptions(), ...given.middleware }
  const shutdown = { ...new SyncbridgeShutdownOptions(), ...given.shutdown }
  checkNames(interceptor, ['mount', 'timeout'], 'interceptor.')
  checkNames(middleware, ['mount'], 'middleware.')
  checkNames(shutdown, ['drain', 'timeout'], 'shutdown.')
  checkTimeout(interceptor.timeout, 'interceptor.timeout')
  checkTimeout(shutdown.timeout, 'shutdown.timeout')
  return {
    interceptor: { mount: interceptor.mount ?? false, timeout: interceptor.timeout },
    middleware: { mount: middleware.mount ?? false },
    shutdown: { drain: shutdown.drain ?? true, timeout: shutdown.timeout ?? 10_000 },
    threads: given.threads,
  }
}

function checkNames(given: object, known: string[], path: string): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    throw new TypeError(
      `SyncbridgeModule: unknown option '${path}${name}'; known are ${known.map((k) => path + k).join(', ')}`,
    )
  }
}

function checkTimeout(value: number | undefined, name: string): void {
  if (value === undefined || (Number.isFinite(value) && value > 0)) return
  throw new TypeError(
    `SyncbridgeModule: '${name}' must be a positive number of milliseconds, not ${String(value)}`,
  )
}
