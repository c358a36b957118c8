/**
 * Where, on a stack, a call begins that somebody else has made. A thread that is blocked runs such calls on top of the code that it is blocked in,
 * and that may be the top level of a module: what the call registers is no part of that module.
 */

/** The frames are known by the name of their functions. It is set when the program runs, so a bundler that makes names short does not matter. */
const NAME = 'syncbridge call'

/** To be called once for each function of ours that calls code which does not belong to the code below it. */
export function markBoundary(fn: object): void {
  Object.defineProperty(fn, 'name', { value: NAME, configurable: true })
}

export function isBoundary(site: NodeJS.CallSite): boolean {
  return site.getFunctionName() === NAME
}
