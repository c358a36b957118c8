/**
 * Which evaluation of a module is under way: the same file can be evaluated again where a cache was emptied, as test runners do. A loop
 * that registers looks much the same, so nothing less certain than an object of the module system's own will do.
 */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { exportsInVitest, isJest, isVitest } from './test-runner.js'

/** One of these is made by each evaluation of this library. */
const libraryEvaluation = {}

/** @returns undefined for an ES module of Node's, which never evaluates the same URL twice. */
export function evaluationOf(module: string): object | undefined {
  // Jest evaluates this library anew along with everything else.
  return (
    exportsInVitest(module) ?? commonJsModule(module) ?? (isJest() ? libraryEvaluation : undefined)
  )
}

/** Test runners give paths to what they evaluate as ES modules. */
export function isRunnersEsModule(module: string): boolean {
  return isVitest() || (isJest() && commonJsModule(module) === undefined)
}

function commonJsModule(module: string): object | undefined {
  try {
    const path = fileURLToPath(module)
    return createRequire(path).cache[path]
  } catch {
    return undefined
  }
}
