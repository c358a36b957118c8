/**
 * The module that the process was started with. A thread that imported it would run the program a second time (a second
 * server, say), so a function that stands there is refused, unless the program's own part is inside `main()`.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { EntryModuleError, RegistrationError } from '../errors.js'
import type { FunctionRef } from '../protocol.js'
import { isLoadable } from './call-site.js'
import { printModule, printRef } from './function-ref.js'
import { bundle } from './library-file.js'
import type { Registry } from './registry.js'

/** The URL of the entry module of this process, or undefined where there is none (`node -e`, a REPL). */
export function findEntryModule(
  argument: string | undefined = process.argv[1],
): string | undefined {
  // `node --test --test-isolation=none` runs all of its files, whichever is named first; threads may load them, see `node-test.ts`.
  if (!argument || process.execArgv.includes('--test')) return undefined
  try {
    // Resolves what the command line may leave out (`node .`, a missing extension) and follows links, as Node did.
    return pathToFileURL(createRequire(join(process.cwd(), 'entry')).resolve(argument)).href
  } catch {
    return undefined
  }
}

/**
 * @throws EntryModuleError (SYNCBRIDGE_ENTRY_MODULE) where another thread must not import the function's module.
 * @throws RegistrationError (SYNCBRIDGE_REGISTRATION) where it can't.
 */
export function assertImportable(
  ref: FunctionRef,
  entry: string | undefined,
  registry: Registry,
): void {
  const { module } = ref
  if (bundle !== undefined && (bundle === entry || !isLoadable(bundle)))
    assertStartable(bundle, ref, registry)
  if (!isLoadable(module)) {
    throw new RegistrationError(
      `${printRef(ref)} was registered by a script that no other thread can load: ${printModule(module)} is no file, but only what the ` +
        `script was called (by \`node -e\`, a REPL, \`vm\`, a single executable application). ${AS_FILES}`,
      { function: printRef(ref) },
    )
  }
  if (module !== entry || registry.isGuarded(module)) return
  const file = printModule(module)
  throw new EntryModuleError(
    `${printRef(ref)} was registered by the program's entry module, at its top level or by what is called from there. Another thread can ` +
      `only find it by importing ${file}, and that would start the program a second time. Either keep the program’s own part in ` +
      '`main(() => { … })` (from @syncbridge/core), which threads skip, or register the function at the top level of a module of its own.',
    { function: printRef(ref) },
  )
}

const AS_FILES =
  'Keep bridged functions in modules that are files, and import them from there (in a single executable application: by ' +
  '`createRequire(process.execPath)`, with the package beside them).'

/** The program has been made part of a copy of Node. */
const isExecutable =
  bundle !== undefined && (process.getBuiltinModule('node:sea')?.isSea() ?? false)

/** @throws EntryModuleError where threads can't start from the bundle that this library is part of. */
function assertStartable(file: string, ref: FunctionRef, registry: Registry): void {
  if (isExecutable || !isLoadable(file)) {
    throw new EntryModuleError(
      `@syncbridge/core has been bundled into ${printModule(file)}, which is no file that a thread can start from. ${AS_FILES}`,
      { function: printRef(ref) },
    )
  }
  if (registry.isGuarded(file)) return
  throw new EntryModuleError(
    `@syncbridge/core has been bundled into the program's entry module, ${printModule(file)}, so that its threads can only start ` +
      'from there, which would start the program a second time. Either keep the program’s own part in `main(() => { … })` (from ' +
      '@syncbridge/core), which threads skip, or keep the package out of the bundle, as an external dependency.',
    { function: printRef(ref) },
  )
}
