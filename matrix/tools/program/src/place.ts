import { isMainThread } from 'node:worker_threads'

// Vitest may run its tests in threads of its own.
const isMain = isMainThread || Reflect.has(globalThis, '__vitest_worker__')

/** What ran, and on which side of the wall. */
export const told = (what: string): string => `${what} in ${isMain ? 'main' : 'a thread'}`
