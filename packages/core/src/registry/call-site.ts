/**
 * Which module is being evaluated right now: the innermost *top-level* frame on the stack. A function is named by that
 * place, and not by its caller, so that helpers in other files, static blocks, decorators and loops all resolve to the
 * module that a thread must import to meet the same registration again.
 */
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isBoundary } from './call-boundary.js'
import { evaluationOf, isRunnersEsModule } from './evaluation.js'
import { isTopLevelFrame, pathMeansCommonJs } from './top-level-frame.js'

export interface CallSite {
  /** A URL; or the mere name of a script that no thread can load, see `isLoadable`. */
  readonly module: string
  readonly format: 'esm' | 'cjs'
  readonly line?: number | undefined
  /** The same object for all that one evaluation of the module registers, where evaluations can be told apart. */
  readonly evaluation?: object | undefined
}

/**
 * The module whose top level is running, or undefined when none is: inside a function that is called later, and in a call that a thread runs
 * while it is blocked in the top level of a module.
 */
export function topLevelSite(): CallSite | undefined {
  const sites = structuredStack()
  for (const [index, site] of sites.entries()) {
    if (isBoundary(site)) return undefined
    const file = site.getFileName()
    if (!file || file.startsWith('node:') || !isTopLevelFrame(sites, index)) continue
    const { format, ...rest } = siteOf(file)
    return {
      ...rest,
      format: pathMeansCommonJs(site) && !isRunnersEsModule(rest.module) ? format : 'esm',
      line: site.getLineNumber() ?? undefined,
    }
  }
  return undefined
}

/** A `module` option, `import.meta.url` or a path, as a call site. */
export function siteOf(file: string): CallSite {
  // A frame's file is a URL for an ES module and a path for CommonJS: that tells how a thread must load it.
  const isUrl = URL_SCHEME.test(file)
  // Any other name is only what somebody called a script. Taken for a path, it would lead to a file of the current directory.
  const module = isUrl || !isAbsolute(file) ? file : pathToFileURL(file).href
  const evaluation = evaluationOf(module)
  return { module, format: isUrl ? 'esm' : 'cjs', ...(evaluation && { evaluation }) }
}

const URL_SCHEME = /^[a-z][a-z0-9+.-]+:/i
/** Node's own name for an ES module on the command line or on standard input: it looks like a file of the current directory. */
const EVALUATED = /^file:.*\/\[eval\d+\]$/

/** Whether a module has a name that another thread can load it by, and not only one that stands in stacks. */
export function isLoadable(module: string): boolean {
  // Asked for each call, and nearly always so.
  if (module.startsWith('file:') && !module.endsWith(']')) return true
  return URL_SCHEME.test(module) && !EVALUATED.test(module)
}

function structuredStack(): NodeJS.CallSite[] {
  // Both are restored at once: users and test runners set them too.
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = Number.POSITIVE_INFINITY
    Error.prepareStackTrace = (_error, sites) => sites
    const holder: { stack?: unknown } = {}
    Error.captureStackTrace(holder, topLevelSite)
    const sites = holder.stack
    return Array.isArray(sites) ? (sites as NodeJS.CallSite[]) : []
  } catch {
    // Under --frozen-intrinsics nothing can be assigned: the `module` option is the way there.
    return []
  } finally {
    try {
      Error.stackTraceLimit = stackTraceLimit
      if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
      else Error.prepareStackTrace = prepareStackTrace
    } catch {
      // Frozen: nothing was changed, so there is nothing to restore.
    }
  }
}
