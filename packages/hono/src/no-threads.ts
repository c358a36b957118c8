/**
 * What bundlers for runtimes without threads get by the conditions in package.json: the same names as
 * {@link file://./index.ts}, without the core, whose imports such runtimes don't have.
 */
import { NoThreadsError } from './no-threads-error.js'

export { NoThreadsError }

/** @throws NoThreadsError (`SYNCBRIDGE_NO_THREADS`) always. */
export function syncbridge(): never {
  throw new NoThreadsError('syncbridge()')
}

/** @throws NoThreadsError (`SYNCBRIDGE_NO_THREADS`) always. */
export function syncHandler(): never {
  throw new NoThreadsError('syncHandler()')
}
