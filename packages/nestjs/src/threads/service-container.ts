import * as types from 'node:util/types'
import type { INestApplicationContext } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { carryCls } from '../carry-cls.js'
import { BootProbe } from './boot-probe.js'
import type { ContainerSettings } from './container-address.js'
import { registerNestErrors } from './error-classes.js'
import { findNestModule } from './find-nest-module.js'
import { findServices } from './find-services.js'
import { ThreadContainerError } from './thread-container-error.js'

/** How long a boot that failed is left alone before a call has it tried again, in ms. */
const RETRY_AFTER = 1000

type Method = (...args: unknown[]) => unknown

interface Booted {
  readonly app: INestApplicationContext
  readonly services: ReadonlyMap<string, object>
}

/**
 * A Nest application context inside a thread, and its services. Where it could not be booted, each call is told why, at once, and
 * another boot is begun behind it: what was down may be up again.
 */
export class ServiceContainer {
  readonly #settings: ContainerSettings
  #booted: Booted | undefined
  #failure: ThreadContainerError | undefined
  #failedAt = 0
  #isBooting = false

  constructor(settings: ContainerSettings) {
    this.#settings = settings
  }

  /** Functions by `Service.method`, each a property of its own: the bridge calls nothing that a module inherits. */
  readonly methods: Record<string, Method> = new Proxy<Record<string, Method>>(
    {},
    {
      get: (_none, name) => this.#method(name),
      getOwnPropertyDescriptor: (_none, name) => {
        const value = this.#method(name)
        return value && { value, configurable: true, enumerable: true, writable: false }
      },
    },
  )

  #method(name: string | symbol): Method | undefined {
    if (typeof name !== 'string' || !name.includes('.')) return undefined
    const [service = '', method = ''] = name.split('.')
    return (...args) => this.#call(service, method, args)
  }

  /** Never rejects: the calls tell what went wrong. */
  async start(): Promise<void> {
    this.#isBooting = true
    try {
      this.#booted = await this.#boot()
      this.#failure = undefined
    } catch (error) {
      this.#failure = this.#explained(error)
      this.#failedAt = performance.now()
    } finally {
      this.#isBooting = false
    }
  }

  async close(): Promise<void> {
    await this.#booted?.app.close()
  }

  async #boot(): Promise<Booted> {
    const { cls, logLevels, module, services } = this.#settings
    // No longer a part of evaluating a module.
    await Promise.resolve()
    registerNestErrors()
    const namespace: object = await import(module)
    if (cls) carryCls()
    const probe = new BootProbe(findNestModule(namespace, module))
    try {
      const logger = [...logLevels]
      const app = await NestFactory.createApplicationContext(probe.root, {
        abortOnError: false,
        logger: logger.length > 0 ? logger : false,
      })
      return { app, services: findServices(app, services, namespace, module) }
    } catch (error) {
      if (error instanceof ThreadContainerError) throw error
      const culprit = await probe.culprit(error)
      throw new ThreadContainerError(
        `${probe.moduleName} could not start in the thread: ${culprit ? `${culprit} failed: ` : ''}${text(error)}`,
        { cause: error, module },
      )
    }
  }

  #explained(error: unknown): ThreadContainerError {
    if (error instanceof ThreadContainerError) return error
    const { module } = this.#settings
    return new ThreadContainerError(`${module} could not be loaded in the thread: ${text(error)}`, {
      cause: error,
      module,
    })
  }

  #call(service: string, name: string, args: unknown[]): unknown {
    const instance = this.#serviceOrFail(service)
    const method: unknown = Reflect.get(instance, name)
    if (typeof method !== 'function') {
      throw new ThreadContainerError(
        `${service} has no method ${name} in the thread.`,
        this.#settings,
      )
    }
    // Before it runs, where that can be seen: half of it would be done, and its caller told that it failed.
    if (types.isAsyncFunction(method) && !types.isGeneratorFunction(method))
      throw asyncMethod(`${service}.${name} is async`)
    const result: unknown = Reflect.apply(method, instance, args)
    if (!(result instanceof Promise)) return result
    // Nobody will await it: its rejection must not end the thread.
    result.catch(() => undefined)
    throw asyncMethod(`${service}.${name} returned a promise`)
  }

  #serviceOrFail(name: string): object {
    const service = this.#booted?.services.get(name)
    if (service) return service
    if (!this.#isBooting && performance.now() - this.#failedAt > RETRY_AFTER) void this.start()
    throw (
      this.#failure ??
      new ThreadContainerError(`${name} was called while its thread was booting.`, this.#settings)
    )
  }
}

function asyncMethod(what: string): TypeError {
  return new TypeError(
    `${what}. The methods of a service that runs in threads are synchronous: leave async ones in a provider of the main thread, and ` +
      'call async functions inside of a method by asyncToSync of @syncbridge/core.',
  )
}

function text(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
