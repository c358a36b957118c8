import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { DynamicModule, LogLevel, Type } from '@nestjs/common'
import { syncToAsync } from '@syncbridge/core'
import { isClsCarried } from '../carry-cls.js'
import { getBridgedToken } from './bridged.js'
import { containerAddress } from './container-address.js'
import { serviceMethods } from './service-methods.js'
import { SyncbridgeThreadsModule, THREAD_BINDING, type ThreadBinding } from './threads.module.js'

/** What `SyncbridgeModule.forThreads()` takes. */
export interface ForThreadsOptions {
  /**
   * The file whose default export, or whose only Nest module, the threads boot: a URL, or an absolute path, such as
   * `require.resolve('./ledger.module')` gives. Only threads load it.
   */
  module: URL | string

  /** The services that are called from the main thread; in the thread they are found by their class names. */
  services: readonly Type[]

  /**
   * Whether calls need the request's own thread. `false` runs them on any thread of the pool, in parallel: for services that keep
   * nothing between two calls. Default true.
   */
  threadSensitive?: boolean | undefined

  /** Default time for each call, queueing and the boot of the thread's container included, in milliseconds. No limit by default. */
  timeout?: number | undefined

  /** What the containers log. Default `['fatal', 'error', 'warn']`. */
  logLevels?: readonly LogLevel[] | undefined
}

const known = ['module', 'services', 'threadSensitive', 'timeout', 'logLevels']

/** The module that provides the proxies of services in threads. */
export function threadsModule(options: ForThreadsOptions): DynamicModule {
  const { logLevels = ['fatal', 'error', 'warn'], services, threadSensitive, timeout } = options
  checkOptions(options)
  const module = moduleUrl(options.module)
  const bind = (): ThreadBinding => {
    const names = services.map(({ name }) => name)
    const url = containerAddress({ cls: isClsCarried(), logLevels, module, services: names })
    const functions = syncToAsync<Functions>(url, {
      ...(threadSensitive === undefined ? {} : { threadSensitive }),
      ...(timeout === undefined ? {} : { timeout }),
    })
    return { proxies: new Map(services.map((service) => [service, proxyOf(service, functions)])) }
  }
  return {
    exports: services.map(getBridgedToken),
    global: true,
    module: SyncbridgeThreadsModule,
    providers: [
      // When the providers are made, all of the application's modules have been loaded: it may have called `carryCls()`.
      { provide: THREAD_BINDING, useFactory: bind },
      ...services.map((service) => ({
        inject: [THREAD_BINDING],
        provide: getBridgedToken(service),
        useFactory: ({ proxies }: ThreadBinding) => proxies.get(service),
      })),
    ],
  }
}

type Functions = Record<string, (...args: unknown[]) => unknown>

function proxyOf(service: Type, functions: object): object {
  const proxy = {}
  for (const method of serviceMethods(service)) {
    const value: unknown = Reflect.get(functions, `${service.name}.${method}`)
    Object.defineProperty(proxy, method, {
      configurable: true,
      enumerable: true,
      value,
      writable: true,
    })
  }
  return proxy
}

function moduleUrl(module: URL | string): string {
  if (module instanceof URL) return module.href
  if (typeof module === 'string' && isAbsolute(module)) return pathToFileURL(module).href
  if (typeof module === 'string' && URL.canParse(module)) return module
  throw new TypeError(
    `SyncbridgeModule.forThreads(): 'module' must be a URL or an absolute path, such as new URL('./ledger.module.js', import.meta.url) or require.resolve('./ledger.module'), not ${String(module)}`,
  )
}

function checkOptions({ services, ...options }: ForThreadsOptions): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw new TypeError(
      `SyncbridgeModule.forThreads(): unknown option '${name}'; known are ${known.join(', ')}`,
    )
  }
  if (!Array.isArray(services) || services.length === 0) {
    throw new TypeError("SyncbridgeModule.forThreads(): 'services' must name at least one class")
  }
  const names = new Set<string>()
  for (const service of services) {
    if (typeof service !== 'function' || service.name === '') {
      throw new TypeError(
        `SyncbridgeModule.forThreads(): 'services' must be classes with a name, not ${String(service)}`,
      )
    }
    if (names.has(service.name)) {
      throw new TypeError(
        `SyncbridgeModule.forThreads(): two of the services are called ${service.name}. The threads find them by their names: rename one, or give each a forThreads() of its own.`,
      )
    }
    names.add(service.name)
  }
}
