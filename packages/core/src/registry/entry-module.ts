/**
 * The module that the process was started with. A thread that imported it would run the program a second time (a second
 * server, say), so a function that stands there is refused, unless the program's own part is inside `main()`.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { EntryModuleError } from '../errors.js'
import type { FunctionRef } from '../protocol.js'
import { printModule, printRef } from './function-ref.js'
import { bundle } from './library-file.js'
import type { Registry } from './registry.js'

/** The URL of the entry module of this process, or undefined where there is none (`node -e`, a REPL). */
export function findEntryModule(
  argument: string | undefined = process.argv[1],
): string | undefined {
  if (!argument) return undefined
  try {
    // Resolves what the command line may leave out (`node .`, a missing extension) and follows links, as Node did.
    return pathToFileURL(createRequire(join(process.cwd(), 'entry')).resolve(argument)).href
  } catch {
    return undefined
  }
}

/** @throws EntryModuleError (SYNCBRIDGE_ENTRY_MODULE) where another thread must not import the function's module. */
export function assertImportable(
  ref: FunctionRef,
  entry: string | undefined,
  registry: Registry,
): void {
  if (entry !== undefined && entry === bundle && !registry.isGuarded(entry)) {
    throw new EntryModuleError(
      `@syncbridge/core has been bundled into the program's entry module, ${printModule(entry)}, so that its threads can only start ` +
        'from there, which would start the program a second time. Either keep the program’s own part in `main(() => { … })` (from ' +
        '@syncbridge/core), which threads skip, or keep the package out of the bundle, as an external dependency.',
      { function: printRef(ref) },
    )
  }
  if (ref.module !== entry || registry.isGuarded(ref.module)) return
  const file = printModule(ref.module)
  throw new EntryModuleError(
    `${printRef(ref)} stands in the program's entry module. Another thread can only run it by importing ${file}, and ` +
      'that would start the program a second time. Either keep the program’s own part in ' +
      '`main(() => { … })` (from @syncbridge/core), which threads skip, or move the function into a module of its own.',
    { function: printRef(ref) },
  )
}
