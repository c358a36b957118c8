/**
 * Which frame of a stack is a module's own code. Node tells by where the enclosing function begins. Bun and Deno don't say that:
 * there it is told by what stands around the frame, and an anonymous callback that runs later, with nothing around it, is taken
 * for its module. What such a callback registers is refused when it is called, instead of at once.
 */

export function isTopLevelFrame(sites: readonly NodeJS.CallSite[], index: number): boolean {
  const site = sites[index]
  if (!site || site.isEval() || site.isAsync()) return false
  // Node has null where there is no name, Bun an empty one.
  if (site.getFunctionName()) return false
  if (typeof site.getEnclosingLineNumber === 'function') return beginsItsFile(site)
  const caller = sites[index + 1]
  if (isCalledByLoader(caller)) return true
  return caller === undefined ? !site.isNative() : isBare(site) && isJavaScriptCore(site)
}

/** Whether paths in this engine's stacks say how a module is loaded: elsewhere than in Node, ES modules have paths too. */
export function pathMeansCommonJs(site: NodeJS.CallSite): boolean {
  return typeof site.getEnclosingLineNumber === 'function'
}

/** A module's own code is enclosed by nothing: it begins at 1:1. An anonymous function begins where it stands. */
function beginsItsFile(site: NodeJS.CallSite): boolean {
  const column = site.getEnclosingColumnNumber()
  // Some module runners report no column.
  return site.getEnclosingLineNumber() === 1 && (column === 1 || column === null)
}

/** The wrapper of a CommonJS module: below it stands the loader, in Deno by name, in Bun as native code. */
function isCalledByLoader(caller: NodeJS.CallSite | undefined): boolean {
  const name = caller?.getFunctionName()
  return name === 'Module._compile' || (name === 'anonymous' && caller?.isNative() === true)
}

/** Printed without a name and brackets. Bun prints so only an ES module's own code, V8 every anonymous function. */
function isBare(site: NodeJS.CallSite): boolean {
  return String(site) === `${site.getFileName()}:${site.getLineNumber()}:${site.getColumnNumber()}`
}

function isJavaScriptCore(site: NodeJS.CallSite): boolean {
  return site.getFunctionName() === ''
}
