/**
 * From a name to this thread's own copy of the function, by loading its module. There are two ways: `loadFunction` for a
 * thread whose event loop turns, and `loadFunctionNow` for a blocked one, where `import()` could never finish.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { RegistrationError } from '../errors.js'
import type { FunctionRef } from '../protocol.js'
import { printModule, printRef } from './function-ref.js'
import type { AnyFunction, Registry } from './registry.js'

/** @throws RegistrationError (SYNCBRIDGE_REGISTRATION) with the reason as `cause` where loading failed. */
export async function loadFunction(ref: FunctionRef, registry: Registry): Promise<AnyFunction> {
  const known = registry.find(ref)
  if (known) return known
  const registered = new Promise<undefined>((resolve) =>
    registry.whenAdded(ref, () => resolve(undefined)),
  )
  let namespace: unknown
  try {
    namespace = await Promise.race([registered, importModule(ref)])
    registry.noteModule(ref.module, asObject(namespace))
  } catch (cause) {
    // A module that failed after it had registered the function has still told us what we need.
    const fn = registry.find(ref)
    if (fn) return fn
    throw couldNotLoad(ref, cause)
  }
  return registry.find(ref) ?? fromNamespace(ref, namespace, registry)
}

/** The same on a thread that is blocked. @throws RegistrationError as above. */
export function loadFunctionNow(ref: FunctionRef, registry: Registry): AnyFunction {
  const known = registry.find(ref)
  if (known) return known
  let namespace: unknown
  try {
    // One that awaits at its top level can't be required, but may have been imported before.
    namespace = registry.namespaceOf(ref.module) ?? requireModule(ref)
    registry.noteModule(ref.module, asObject(namespace))
  } catch (cause) {
    const fn = registry.find(ref)
    if (fn) return fn
    throw couldNotLoad(ref, cause)
  }
  return registry.find(ref) ?? fromNamespace(ref, namespace, registry)
}

/** Names a module; how it must be loaded is known where a function of it was registered. */
interface ModuleName {
  readonly module?: string | undefined
  readonly format?: FunctionRef['format'] | undefined
}

/** A module's exports, without waiting. Undefined where they can't be had so: it awaits at its top level, or is being evaluated. */
export function namespaceNow(
  { module, format = 'esm' }: ModuleName,
  registry: Registry,
): object | undefined {
  if (module === undefined) return undefined
  const known = registry.namespaceOf(module)
  if (known) return known
  try {
    return note(module, requireModule({ module, format }), registry)
  } catch {
    return undefined
  }
}

export async function namespaceLater(
  { module, format = 'esm' }: ModuleName,
  registry: Registry,
): Promise<void> {
  if (module === undefined) return
  try {
    note(module, await importModule({ module, format }), registry)
  } catch {
    // What failed here has failed where it mattered, too, and was told there.
  }
}

function note(module: string, namespace: unknown, registry: Registry): object | undefined {
  const exports = asObject(namespace)
  registry.noteModule(module, exports)
  return exports
}

function importModule(ref: Pick<FunctionRef, 'module' | 'format'>): Promise<unknown> | unknown {
  return ref.format === 'cjs' ? requireModule(ref) : import(locate(ref.module))
}

function requireModule(ref: Pick<FunctionRef, 'module' | 'format'>): unknown {
  const file = fileURLToPath(locate(ref.module))
  return createRequire(file)(file)
}

/** `./x.js` names `./x.ts` where Node runs TypeScript as it is and nothing has been compiled. */
function locate(module: string): string {
  if (!module.startsWith('file:') || !/\.[cm]?js$/.test(module)) return module
  const source = module.replace(/js$/, 'ts')
  return !existsSync(fileURLToPath(module)) && existsSync(fileURLToPath(source)) ? source : module
}

function fromNamespace(ref: FunctionRef, namespace: unknown, registry: Registry): AnyFunction {
  if (ref.kind === 'place') {
    throw new RegistrationError(
      `${printRef(ref)} is not registered in this thread, although its module was loaded. A module must register the ` +
        'same functions wherever it is evaluated: not under `if (isMainThread)`, not depending on arguments or environment.',
      { function: printRef(ref) },
    )
  }
  const exported = asObject(namespace)
  // CommonJS loaded by `import()` shows all its exports only on the default one.
  const fallback = exported && asObject(Reflect.get(exported, 'default'))
  const fn = ownProperty(exported, ref.name) ?? ownProperty(fallback, ref.name)
  if (typeof fn !== 'function') {
    const names = exported ? Object.keys(exported).filter((name) => name !== 'default') : []
    throw new RegistrationError(
      `${printModule(ref.module)} has no exported function '${ref.name}'${names.length ? ` (it exports ${names.join(', ')})` : ''}.`,
      { function: printRef(ref) },
    )
  }
  registry.keep(ref, fn as AnyFunction)
  return fn as AnyFunction
}

/** What a module has not exported itself is nobody's to call: every object inherits functions, `constructor` among them. */
function ownProperty(object: object | undefined, name: string): unknown {
  return object && Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined
}

function couldNotLoad(ref: FunctionRef, cause: unknown): RegistrationError {
  const code = (cause as { code?: unknown } | null)?.code
  const topLevelAwait =
    code === 'ERR_REQUIRE_ASYNC_MODULE'
      ? ' The thread is blocked and can’t wait for the module’s top-level await: load it before: call one of its functions where nothing is blocked, or name it in `configure({ setup })`.'
      : ''
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  return new RegistrationError(
    `Could not load the module of ${printRef(ref)} in this thread: ${reason}${topLevelAwait}`,
    {
      cause,
      function: printRef(ref),
    },
  )
}

function asObject(value: unknown): object | undefined {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
    ? value
    : undefined
}
