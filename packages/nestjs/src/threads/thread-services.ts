import { Inject, Injectable, type Type } from '@nestjs/common'
import { ModulesContainer } from '@nestjs/core'
import { registerNestErrors } from './error-classes.js'
import { methodsToRunInThread } from './service-methods.js'
import { SyncbridgeThreadsModule } from './threads.module.js'

type Provider =
  ReturnType<ModulesContainer['values']> extends Iterable<infer M>
    ? M extends { providers: Map<unknown, infer W> }
      ? W
      : never
    : never

/** Joins what an application's `forThreads()` have made with its own providers. */
@Injectable()
export class ThreadServices {
  readonly #modules: ModulesContainer

  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    this.#modules = modules
  }

  /**
   * Has the methods that carry `@RunInThread()` run in the threads, on each instance that Nest has made.
   * @throws TypeError where nobody says in which threads, or two do
   */
  connect(): void {
    registerNestErrors()
    const proxies = this.#proxies()
    const done = new Set<unknown>()
    for (const provider of this.#providers()) {
      const service = serviceOf(provider, proxies)
      if (!service || done.has(provider.instance)) continue
      done.add(provider.instance)
      const methods = methodsToRunInThread(service)
      if (methods.length > 0) redirect(provider, service, methods, proxies.get(service))
    }
  }

  #proxies(): ReadonlyMap<Type, object> {
    const found = new Map<Type, object>()
    for (const { instance, metatype } of this.#modulesOf()) {
      if (metatype !== SyncbridgeThreadsModule || !(instance instanceof SyncbridgeThreadsModule))
        continue
      for (const [service, proxy] of instance.binding.proxies) {
        if (found.has(service)) {
          throw new TypeError(
            `${service.name} is named in two SyncbridgeModule.forThreads(): a service lives in one kind of container.`,
          )
        }
        found.set(service, proxy)
      }
    }
    return found
  }

  *#modulesOf(): Generator<{ instance: unknown; metatype: unknown }> {
    for (const { instance, metatype } of this.#modules.values()) yield { instance, metatype }
  }

  *#providers(): Generator<Provider> {
    for (const { controllers, injectables, providers } of this.#modules.values()) {
      yield* providers.values()
      yield* injectables.values()
      yield* controllers.values()
    }
  }
}

/**
 * The class whose methods count: that of an instance that Nest has made itself, or by a factory. What was handed to it
 * ready-made is left alone, above all a test's `overrideProvider(…).useValue(…)`.
 */
function serviceOf(
  { inject, instance, isAlias, metatype }: Provider,
  proxies: ReadonlyMap<Type, object>,
): Type | undefined {
  if (isAlias || typeof metatype !== 'function') return undefined
  if (!inject) return metatype as Type
  return [...proxies.keys()].find((service) => instance instanceof service)
}

function redirect(
  provider: Provider,
  service: Type,
  methods: readonly string[],
  proxy: object | undefined,
): void {
  const { name } = service
  if (!proxy) {
    throw new TypeError(
      `${name}.${methods[0]} is marked by @RunInThread(), but no SyncbridgeModule.forThreads({ services }) names ${name}: it would block the main thread.`,
    )
  }
  if (!provider.isDependencyTreeStatic()) {
    throw new TypeError(
      `${name}.${methods[0]} is marked by @RunInThread(), but ${name} is made anew for each request. Leave it a singleton, and keep what belongs to a request in a Local.`,
    )
  }
  for (const method of methods) {
    Object.defineProperty(provider.instance, method, {
      configurable: true,
      value: Reflect.get(proxy, method),
      writable: true,
    })
  }
}
