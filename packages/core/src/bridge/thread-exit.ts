import { SyncBridgeError } from '../errors.js'
import { runtime } from '../runtime/runtime.js'
import { makerOf } from '../thread-address.js'

/**
 * Registers a function to run when the current thread is ended because it is no longer needed: by `shutdown()`, after the pool's
 * `idleTimeout`, by a lowered limit. Close connections there, flush buffers. They run in reverse order, one after the other,
 * each even if another failed; an error is emitted as a process warning.
 *
 * They don't run where the thread dies of an error, is stopped in the middle of a call, or goes with its process: end that by
 * `shutdown()`. On a thread that the bridge has not made, such as the main thread, nothing is registered: the bridge never ends it. So
 * a module that the main thread imports, too, may call this at its top level. What the main thread has opened there is its own to close.
 *
 * @param fn May be async; the thread's event loop turns meanwhile. All of them together have what `shutdown({ timeout })` has left,
 * at least a second; elsewhere 5,000 ms. After that the thread is ended all the same.
 * @returns whether the bridge has made this thread, and will run the function.
 * @throws SyncBridgeError (SYNCBRIDGE_ERROR) on a thread that is ending.
 * @example
 * // audit.js
 * import { closeSync, openSync, writeSync } from 'node:fs'
 * import { onThreadExit } from '@syncbridge/core'
 * const file = openSync('audit.log', 'a') // one for each thread
 * onThreadExit(() => {
 *   writeSync(file, 'closed')
 *   closeSync(file)
 * })
 * export const audit = (event) => writeSync(file, `${event}, `)
 * // main.js
 * import { readFileSync } from 'node:fs'
 * import { shutdown, syncToAsync } from '@syncbridge/core'
 * const { audit } = syncToAsync(new URL('./audit.js', import.meta.url))
 * await audit('transfer')
 * await shutdown()
 * console.log(readFileSync('audit.log', 'utf8')) // transfer, closed
 */
export function onThreadExit(fn: () => void | Promise<void>): boolean {
  if (typeof fn !== 'function') throw new TypeError('onThreadExit: expected a function')
  const here = runtime()
  // The ordinary module of functions is imported by the main thread as well. An error would end the program at that import.
  if (here.role === 'root') return false
  if (here.threadExit.isLeaving) {
    throw new SyncBridgeError(
      'onThreadExit was called on a thread that is ending: the function that was given would never run.',
    )
  }
  if (here.threadExit.add(() => here.scopes.exit(fn)))
    here.postOrDrop({ kind: 'life', to: makerOf(here.address), from: here.address, state: 'tidy' })
  return true
}
