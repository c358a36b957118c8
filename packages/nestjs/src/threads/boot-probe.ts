import type { DynamicModule, OnModuleInit, Type } from '@nestjs/common'
import {
  PARAMTYPES_METADATA,
  PROPERTY_DEPS_METADATA,
  SELF_DECLARED_DEPS_METADATA,
} from '@nestjs/common/constants.js'
import { ModulesContainer } from '@nestjs/core'
import { nameOf } from './find-nest-module.js'

class ThreadRootModule {}

const BOOT_PROBE = Symbol('BootProbe')
const BOOT_HOOKS = ['onModuleInit', 'onApplicationBootstrap'] as const

type Providers =
  ReturnType<ModulesContainer['values']> extends Iterable<infer M>
    ? M extends { providers: infer P }
      ? P
      : never
    : never
type Provider = Providers extends Map<unknown, infer P> ? P : never

/**
 * Sits beside the user's module while it boots, and knows afterwards which provider failed: Nest passes on what a constructor, a
 * factory or a hook has thrown as it is.
 */
export class BootProbe implements OnModuleInit {
  readonly root: DynamicModule
  readonly moduleName: string
  #modules: ModulesContainer | undefined
  readonly #failedHooks = new Map<unknown, string>()

  constructor(module: Type | DynamicModule) {
    this.moduleName = nameOf(module)
    this.root = {
      // The hooks of global modules come first.
      global: true,
      imports: [module],
      module: ThreadRootModule,
      providers: [
        {
          inject: [ModulesContainer],
          provide: BOOT_PROBE,
          useFactory: (modules: ModulesContainer) => {
            this.#modules = modules
            return this
          },
        },
      ],
    }
  }

  onModuleInit(): void {
    for (const provider of this.#providers()) {
      for (const hook of BOOT_HOOKS) this.#watchHook(provider, hook)
    }
  }

  /** The provider whose constructor, factory or hook has thrown the error. */
  async culprit(error: unknown): Promise<string | undefined> {
    const hook = this.#failedHooks.get(error)
    if (hook) return hook
    const failed: Provider[] = []
    for (const provider of this.#providers()) {
      if ((await settledWith(provider)) === error) failed.push(provider)
    }
    // Those that only wait for it have failed, too.
    const tokens = new Set<unknown>(failed.map(({ token }) => token))
    const first = failed.find((provider) => dependencies(provider).every((one) => !tokens.has(one)))
    return first && `its provider ${printToken(first)}`
  }

  #watchHook(provider: Provider, name: (typeof BOOT_HOOKS)[number]): void {
    const { instance } = provider
    if (instance === this || typeof instance !== 'object' || instance === null) return
    const hook: unknown = Reflect.get(instance, name)
    if (typeof hook !== 'function' || !Object.isExtensible(instance)) return
    Object.defineProperty(instance, name, {
      configurable: true,
      value: async () => {
        try {
          return await Reflect.apply(hook, instance, [])
        } catch (error) {
          this.#failedHooks.set(error, `${name} of its provider ${printToken(provider)}`)
          throw error
        } finally {
          Reflect.deleteProperty(instance, name)
        }
      },
      writable: true,
    })
  }

  *#providers(): Generator<Provider> {
    for (const { controllers, injectables, providers } of this.#modules?.values() ?? []) {
      yield* providers.values()
      yield* injectables.values()
      yield* controllers.values()
    }
  }
}

/** What a provider's loading came to: its error, or undefined also where it still goes on. */
function settledWith({ settlementSignal }: Provider): Promise<unknown> {
  return Promise.race([settlementSignal?.asPromise(), undefined])
}

function dependencies({ inject, metatype }: Provider): unknown[] {
  if (inject) return inject.map(tokenOf)
  if (typeof metatype !== 'function') return []
  const types: unknown[] = Reflect.getMetadata(PARAMTYPES_METADATA, metatype) ?? []
  const declared: Array<{ param: unknown }> =
    Reflect.getMetadata(SELF_DECLARED_DEPS_METADATA, metatype) ?? []
  const properties: Array<{ type: unknown }> =
    Reflect.getMetadata(PROPERTY_DEPS_METADATA, metatype) ?? []
  return [
    ...types,
    ...declared.map(({ param }) => tokenOf(param)),
    ...properties.map(({ type }) => tokenOf(type)),
  ]
}

/** Of an entry of `inject`, or a parameter of `@Inject()`: plain, optional, or a forward reference. */
function tokenOf(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null) return entry
  if ('forwardRef' in entry && typeof entry.forwardRef === 'function') return entry.forwardRef()
  return 'token' in entry ? entry.token : entry
}

function printToken({ token }: Provider): string {
  return typeof token === 'function' ? token.name : String(token)
}
