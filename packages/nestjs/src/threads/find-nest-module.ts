import type { DynamicModule, Type } from '@nestjs/common'
import { MODULE_METADATA } from '@nestjs/common/constants.js'
import { ThreadContainerError } from './thread-container-error.js'

/** The default export of a file, or the only Nest module among its exports. */
export function findNestModule(namespace: object, file: string): Type | DynamicModule {
  const chosen = defaultOf(namespace)
  if (isModule(chosen)) return chosen
  const exported = new Set<unknown>(Object.values(namespace))
  // CommonJS that Node could not read the names of has them here only.
  if (typeof chosen === 'object' && chosen)
    for (const value of Object.values(chosen)) exported.add(value)
  const modules = [...exported].filter(isModule)
  const [only] = modules
  if (only && modules.length === 1) return only
  throw new ThreadContainerError(
    modules.length === 0
      ? `${file} exports no Nest module: SyncbridgeModule.forThreads() boots its default export, or its only class with @Module().`
      : `${file} exports several Nest modules (${modules.map(nameOf).join(', ')}): make the one that the threads boot its default export.`,
    { module: file },
  )
}

export function nameOf(module: Type | DynamicModule): string {
  return typeof module === 'function' ? module.name : module.module.name
}

/** TypeScript's CommonJS has its default export below Node's. */
function defaultOf(namespace: object): unknown {
  const exported: unknown = Reflect.get(namespace, 'default')
  if (typeof exported !== 'object' || exported === null) return exported
  return Reflect.get(exported, '__esModule') && Reflect.get(exported, 'default')
    ? Reflect.get(exported, 'default')
    : exported
}

function isModule(value: unknown): value is Type | DynamicModule {
  if (typeof value === 'object' && value !== null && 'module' in value)
    return typeof value.module === 'function'
  return typeof value === 'function' && keys.some((key) => Reflect.hasMetadata(key, value))
}

const keys = Object.values(MODULE_METADATA)
