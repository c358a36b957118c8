/** What a user can do about a module that loads where the function was registered, but not in the thread that shall run it. */

import { fileURLToPath } from 'node:url'
import * as types from 'node:util/types'
import { fs } from '../builtins.js'
import { codeOf } from '../print-thrown.js'
import type { FunctionRef } from '../protocol.js'
import { hasOwnLoader } from './own-loader.js'
import { type TestRunner, testRunner } from './test-runner.js'

const TSX = "configure({ execArgv: ['--import', 'tsx'] })"
const NAMES: Readonly<Record<TestRunner, string>> = { jest: 'Jest', vitest: 'Vitest' }
/** Of modules that can't be found or can't be read, as opposed to those that run and fail. */
const UNREADABLE = new Set([
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
])

/** @returns A sentence that begins with a space, or nothing where nothing is certain. */
export function adviceFor(
  ref: Pick<FunctionRef, 'kind' | 'module'>,
  cause: unknown,
  runner = testRunner(),
): string {
  const code = codeOf(cause)
  if (code === 'ERR_REQUIRE_ASYNC_MODULE')
    return ' The thread is blocked and can’t wait for the module’s top-level await: load it before: call one of its functions where nothing is blocked, or name it in `configure({ setup })`.'
  if (ref.kind === 'export' && isMissing(ref.module))
    return ' There is no such file. Where a bundler writes the program, the module must be an entry of its own.'
  const isSyntax = types.isNativeError(cause) && cause instanceof SyntaxError
  if (!UNREADABLE.has(code) && !isSyntax) return ''
  if (runner && !hasOwnLoader()) {
    return (
      ` A thread loads modules by Node itself, without the aliases, plugins, transforms and mocks of ${NAMES[runner]}. ` +
      `Name the module by a relative path, or give the threads a loader that knows it, such as \`${TSX}\`, which follows \`paths\` of tsconfig.json.`
    )
  }
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' || code.endsWith('TYPESCRIPT_SYNTAX'))
    return ` This Node can’t run that TypeScript as it is: compile it before, or start the program by \`node --import tsx\`, or only its threads, by \`${TSX}\`.`
  return ''
}

function isMissing(module: string): boolean {
  try {
    return !fs().existsSync(fileURLToPath(module))
  } catch {
    return false
  }
}
