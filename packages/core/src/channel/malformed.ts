import { SyncBridgeError } from '../errors.js'

/**
 * What another thread has written can't be what one of this library's would write: its memory was overwritten, or somebody else
 * posts to its port. Nothing that follows can be trusted, so whoever reads it gives the other thread up.
 */
export function malformed(what: string): never {
  throw new SyncBridgeError(
    `@syncbridge/core: a message between threads can't be read: ${what}. The memory that they share has been overwritten, or ` +
      'something else posts to their ports.',
  )
}
