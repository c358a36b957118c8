/**
 * From a name to this thread's own copy of the function, by loading its module. There are two ways: `loadFunction` for a
 * thread whose event loop turns, and `loadFunctionNow` for a blocked one, where `import()` could never finish.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as types from 'node:util/types'
import { RegistrationError } from '../errors.js'
import { codeOf, printThrown } from '../print-thrown.js'
import type { FunctionRef } from '../protocol.js'
import type { CallSite } from './call-site.js'
import { printModule, printRef } from './function-ref.js'
import { importExports, type Loaded } from './import-exports.js'
import { adviceFor } from './load-advice.js'
import { hasOwnLoader } from './own-loader.js'
import { packageTypeOf } from './package-type.js'
import type { AnyFunction, Registry } from './registry.js'
import { isTypeScript, sourceBehind } from './source-file.js'
import { exportsInVitest, importInVitest, isVitest } from './test-runner.js'

/** In a box: a function, too, may have a method `then`, which a promise would call. */
export interface Found {
  readonly fn: AnyFunction
}

/**
 * @param needed Settles where something waits for the function that its module's own evaluation may be waiting for: then it is had
 * as soon as it is registered. Never, where nothing does.
 * @throws RegistrationError (SYNCBRIDGE_REGISTRATION) with the reason as `cause` where loading failed.
 */
export async function loadFunction(
  ref: FunctionRef,
  registry: Registry,
  needed: Promise<void>,
): Promise<Found> {
  const known = registry.findRunnable(ref)
  if (known) return { fn: known }
  let stopWaiting: (() => void) | undefined
  const registered = new Promise<void>((resolve) => {
    stopWaiting = registry.whenAdded(ref, resolve)
    if (registry.find(ref)) resolve()
  })
  let loaded: Loaded | undefined
  try {
    const imported = importModule(ref)
    loaded = (await Promise.race([needed.then(() => registered), imported])) ?? undefined
    if (loaded) noteLoaded(ref.module, loaded, registry)
    // For the classes of errors: what registers its functions is not exported before its end.
    else void noteLater(ref.module, imported, registry)
  } catch (cause) {
    const fn = registry.find(ref)
    if (!fn || isFile(locate(ref.module))) throw couldNotLoad(ref, cause)
    // Registered by a script that only bears that name, such as one of `vm`, run by a module that has been evaluated.
    registry.noteEvaluated(ref.module)
    return { fn }
  } finally {
    stopWaiting?.()
  }
  return { fn: registry.find(ref) ?? fromNamespace(ref, loaded?.exports, registry) }
}

function noteLoaded(module: string, { exports }: Loaded, registry: Registry): void {
  registry.noteModule(module, asObject(exports))
  registry.noteEvaluated(module)
}

/** The same on a thread that is blocked, where nothing can be waited for. @throws RegistrationError as above. */
export function loadFunctionNow(ref: FunctionRef, registry: Registry): AnyFunction {
  const known = registry.find(ref)
  if (known) return known
  let namespace: unknown
  try {
    // One that awaits at its top level can't be required, but may have been imported before.
    namespace = registry.namespaceOf(ref.module) ?? requireModule(ref)
    noteLoaded(ref.module, { exports: namespace }, registry)
  } catch (cause) {
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
    const { exports } = await importModule({ module, format })
    note(module, exports, registry)
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

async function noteLater(
  module: string,
  imported: Promise<Loaded> | Loaded,
  registry: Registry,
): Promise<void> {
  try {
    noteLoaded(module, await imported, registry)
  } catch {
    // Whoever needed the function has had it.
  }
}

function importModule(ref: Pick<FunctionRef, 'module' | 'format'>): Promise<Loaded> | Loaded {
  if (ref.format === 'cjs') return { exports: requireModule(ref) }
  const module = locate(ref.module)
  if (mustBeRequired(module)) return { exports: requireModule({ module, format: 'cjs' }) }
  const inVitest = isVitest() ? importInVitest(module) : undefined
  return inVitest ? inVitest.then((exports) => ({ exports })) : importOrRequire(module)
}

/** A loader for CommonJS leaves `import()` to Node, which would see an ES module in what is none once it has been compiled. */
function mustBeRequired(module: string): boolean {
  if (!module.startsWith('file:') || !isTypeScript(module) || !hasOwnLoader()) return false
  return hasRequireHook(module) && packageTypeOf(fileURLToPath(module)) === 'commonjs'
}

/** Where Jest runs CommonJS, and under loaders for CommonJS alone, `import()` can't do what `require` can. */
async function importOrRequire(module: string): Promise<Loaded> {
  try {
    return await importExports(module)
  } catch (error) {
    const code = codeOf(error)
    const isUnable =
      code === 'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG' ||
      // Of the module itself, and not of one that it imports.
      (code === 'ERR_UNKNOWN_FILE_EXTENSION' && isTypeScript(module) && hasRequireHook(module))
    if (!isUnable) throw error
    return { exports: requireModule({ module, format: 'cjs' }) }
  }
}

function isFile(module: string): boolean {
  const [url = ''] = module.split(/[?#]/, 1)
  return !url.startsWith('file:') || existsSync(fileURLToPath(url))
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

/** Names that Node adds to what a module exports, and the one that stands for the module as a whole. */
const NO_EXPORTS: ReadonlySet<string> = new Set(['default', 'module.exports', '__esModule'])

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
  const fallback =
    exported && asObject(readExport(ref, 'default', () => Reflect.get(exported, 'default')))
  // What `require()` gives of CommonJS is the default export itself.
  const isDefault = typeof exported === 'function'
  // A proxy may answer to names that it does not list.
  if (!types.isProxy(fallback)) {
    const names = [...functionsIn(exported), ...functionsIn(fallback)]
    registry.noteExports(ref.module, isDefault ? [...names, 'default'] : names)
  }
  const fn =
    ownProperty(ref, exported) ??
    ownProperty(ref, fallback) ??
    (isDefault && ref.name === 'default' ? exported : undefined)
  if (typeof fn !== 'function') {
    const names = exported ? Object.keys(exported).filter((name) => !NO_EXPORTS.has(name)) : []
    throw new RegistrationError(
      `${printModule(ref.module)} has no exported function '${ref.name}'${names.length ? ` (it exports ${names.join(', ')})` : ''}.`,
      { function: printRef(ref) },
    )
  }
  registry.keep(ref, fn as AnyFunction)
  return fn as AnyFunction
}

/** The names that `fromNamespace` finds. An export that can't be read yet, or whose getter throws, is none of them. */
function functionsIn(exported: object | undefined): string[] {
  if (!exported) return []
  const isFunction = (name: string) => {
    try {
      return typeof Reflect.get(exported, name) === 'function'
    } catch {
      return false
    }
  }
  return Object.getOwnPropertyNames(exported).filter(
    (name) => (name === 'default' || !NO_EXPORTS.has(name)) && isFunction(name),
  )
}

/** What a module has not exported itself is nobody's to call: every object inherits functions, `constructor` among them. */
function ownProperty(ref: FunctionRef, object: object | undefined): unknown {
  const { name } = ref
  return readExport(ref, name, () =>
    object && Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined,
  )
}

/** @throws RegistrationError where a getter of the module's throws, or a trap of its proxy. */
function readExport(ref: FunctionRef, name: string, read: () => unknown): unknown {
  try {
    return read()
  } catch (cause) {
    throw new RegistrationError(
      `The export '${name}' of ${printModule(ref.module)} can't be read: ${printThrown(cause)}.`,
      { cause, function: printRef(ref) },
    )
  }
}

function couldNotLoad(ref: FunctionRef, cause: unknown): RegistrationError {
  const reason = printThrown(cause)
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
