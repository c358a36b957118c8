/**
 * From a name to this thread's own copy of the function, by loading its module. There are two ways: `loadFunction` for a
 * thread whose event loop turns, and `loadFunctionNow` for a blocked one, where `import()` could never finish.
 */
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { RegistrationError } from '../errors.js'
import type { FunctionRef } from '../protocol.js'
import type { CallSite } from './call-site.js'
import { printModule, printRef } from './function-ref.js'
import { adviceFor } from './load-advice.js'
import { hasOwnLoader } from './own-loader.js'
import { packageTypeOf } from './package-type.js'
import type { AnyFunction, Registry } from './registry.js'
import { isTypeScript, sourceBehind } from './source-file.js'
import { exportsInVitest, importInVitest, isVitest } from './test-runner.js'

/** @throws RegistrationError (SYNCBRIDGE_REGISTRATION) with the reason as `cause` where loading failed. */
export async function loadFunction(ref: FunctionRef, registry: Registry): Promise<AnyFunction> {
  const known = registry.find(ref)
  if (known) return known
  const registered = new Promise<undefined>((resolve) =>
    registry.whenAdded(ref, () => resolve(undefined)),
  )
  let namespace: unknown
  try {
    const imported = importModule(ref)
    namespace = await Promise.race([registered, imported])
    registry.noteModule(ref.module, asObject(namespace))
    // For the classes of errors: what registers its functions is not exported before its end.
    if (namespace === undefined) void noteLater(ref.module, imported, registry)
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

/**
 * A module's exports, without waiting. Undefined where they can't be had so: it awaits at its top level, or is being evaluated.
 * @param how `known` without loading an ES module, for who can wait for it.
 */
export function namespaceNow(
  { module, format = 'esm' }: ModuleName,
  registry: Registry,
  how: 'load' | 'known' = 'load',
): object | undefined {
  if (module === undefined) return undefined
  const known = exportsInVitest(module) ?? registry.namespaceOf(module)
  if (known || isVitest()) return known
  if (format === 'esm' && (how === 'known' || hasOwnLoader())) return undefined
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
  if (module === undefined || isVitest()) return
  try {
    note(module, await importModule({ module, format }), registry)
  } catch {
    // What failed here has failed where it mattered, too, and was told there.
  }
}

/**
 * Under a loader, `require` evaluates an ES module once more, and a blocked thread has no other way to what it exports: so this is
 * noted as soon as there is something to export.
 */
export function noteNamespace(site: CallSite, registry: Registry): void {
  if (site.format !== 'esm' || registry.namespaceOf(site.module) || !hasOwnLoader()) return
  void namespaceLater(site, registry)
}

function note(module: string, namespace: unknown, registry: Registry): object | undefined {
  const exports = asObject(namespace)
  registry.noteModule(module, exports)
  return exports
}

async function noteLater(module: string, imported: unknown, registry: Registry): Promise<void> {
  try {
    registry.noteModule(module, asObject(await imported))
  } catch {
    // The function was registered before the module failed, and that is all that was asked for.
  }
}

function importModule(ref: Pick<FunctionRef, 'module' | 'format'>): Promise<unknown> | unknown {
  if (ref.format === 'cjs') return requireModule(ref)
  const module = locate(ref.module)
  if (mustBeRequired(module)) return requireModule({ module, format: 'cjs' })
  return (isVitest() && importInVitest(module)) || importOrRequire(module)
}

/** A loader for CommonJS leaves `import()` to Node, which would see an ES module in what is none once it has been compiled. */
function mustBeRequired(module: string): boolean {
  if (!module.startsWith('file:') || !isTypeScript(module) || !hasOwnLoader()) return false
  return hasRequireHook(module) && packageTypeOf(fileURLToPath(module)) === 'commonjs'
}

/** Where Jest runs CommonJS, and under loaders for CommonJS alone, `import()` can't do what `require` can. */
async function importOrRequire(module: string): Promise<unknown> {
  try {
    return await import(module)
  } catch (error) {
    const { code } = Object(error)
    const isUnable =
      code === 'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG' ||
      // Of the module itself, and not of one that it imports.
      (code === 'ERR_UNKNOWN_FILE_EXTENSION' && isTypeScript(module) && hasRequireHook(module))
    if (!isUnable) throw error
    return requireModule({ module, format: 'cjs' })
  }
}

function hasRequireHook(module: string): boolean {
  return Object.keys(createRequire(module).extensions).some((ending) => module.endsWith(ending))
}

function requireModule(ref: Pick<FunctionRef, 'module' | 'format'>): unknown {
  const module = locate(ref.module)
  const file = fileURLToPath(module)
  return exportsInVitest(module) ?? createRequire(file)(file)
}

/** `./x.js` names `./x.ts` where nothing has been compiled. */
function locate(module: string): string {
  if (!module.startsWith('file:')) return module
  const [url = '', rest = ''] = module.split(/(?=[?#])/, 2)
  const source = sourceBehind(fileURLToPath(url))
  return source === undefined ? module : pathToFileURL(source).href + rest
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
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  const advice = adviceFor({ kind: ref.kind, module: locate(ref.module) }, cause)
  return new RegistrationError(
    `Could not load the module of ${printRef(ref)} in this thread: ${reason}${advice && `${reason.endsWith('.') ? '' : '.'}${advice}`}`,
    { cause, function: printRef(ref) },
  )
}

function asObject(value: unknown): object | undefined {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
    ? value
    : undefined
}
