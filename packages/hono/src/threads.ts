import { getRuntimeKey } from 'hono/adapter'
import { NoThreadsError } from './no-threads-error.js'

const threaded = new Set(['node', 'bun', 'deno'])

/**
 * @param verb Who asks.
 * @throws NoThreadsError (`SYNCBRIDGE_NO_THREADS`) where this runtime has no threads.
 */
export function assertThreads(verb: string): void {
  const runtime = getRuntimeKey()
  if (!threaded.has(runtime)) throw new NoThreadsError(verb, runtime)
}
