/**
 * Node's threads, loaded when the first one is needed: in the main thread that is half of what importing this library would
 * cost, and many processes that import it never make a call.
 */
export function workerThreads(): typeof import('node:worker_threads') {
  return process.getBuiltinModule('node:worker_threads')
}
