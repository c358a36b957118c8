import { SyncBridgeError } from '../errors.js'
import { runtime } from '../runtime/runtime.js'
import { makerOf } from '../thread-address.js'

/**
 * Registers a function to run when the current thread is ended because it is no longer needed: by `shutdown()`, after the pool's
 * `idleTimeout`, by a lowered limit. Close connections there, flush buffers. They run in reverse order, one after the other,
 * each even if another failed; an error is emitted as a process warning.
 *
 * They don't run where the thread dies of an error, is stopped in the middle of a call, or goes with its process: end that by
 * `shutdown()`.
 *
 * @param fn May be async; the thread's event loop turns meanwhile. All of them together have what `shutdown({ timeout })` has left,
 * at least a second; elsewhere 5,000 ms. After that the thread is ended all the same.
 * @throws SyncBridgeError (SYNCBRIDGE_ERROR) on a thread that the bridge has not made, such as the main thread.
 * @example
 * // audit.js
 * import { closeSync, openSync, writeSync } from 'node:fs'
 * import { onThreadExit } from '@syncbridge/core'
 * const file = openSync('audit.log', 'a') // only threads load this module
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
export function onThreadExit(fn: () => void | Promise<void>): void {
  if (typeof fn !== 'function') throw new TypeError('onThreadExit: expected a function')
  const here = runtime()
  if (here.role === 'root') {
    throw new SyncBridgeError(
      'onThreadExit was called on a thread that the bridge has not made. Call it in a bridged function, or at the top level of a ' +
        'module that only threads load.',
    )
  }
  if (!here.threadExit.add(() => here.scopes.exit(fn))) return
  here.postOrDrop({ kind: 'life', to: makerOf(here.address), from: here.address, state: 'tidy' })
}
