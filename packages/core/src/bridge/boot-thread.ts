/**
 * The other side: what a thread of ours does before it takes calls, and says that it is ready. Started by
 * {@link file://./../thread/thread.ts}.
 */

import { pathToFileURL } from 'node:url'
import { setImmediate } from '../own-timers.js'
import { importExports } from '../registry/import-exports.js'
import { bundle } from '../registry/library-file.js'
import { isNodeTest, silenceNodeTest } from '../registry/node-test.js'
import { prepareTsx } from '../registry/own-loader.js'
import { testRunner } from '../registry/test-runner.js'
import { findBoot, takeBoot } from '../runtime/own-thread.js'
import { runtime } from '../runtime/runtime.js'
import { makerOf } from '../thread-address.js'
import { installHandles } from './handle.js'

/** Run by the file that the thread was started from. Until it returns a promise, it has not waited for anything. */
export async function bootThread(): Promise<void> {
  const here = runtime()
  const boot = takeBoot()
  // Another copy of this library boots the thread: two may be part of one bundle.
  if (!boot) return
  installHandles()
  await prepareTsx()
  if (testRunner()) {
    // Only here: it is dead weight to every other thread, and to the root.
    const { loadTypeScript } = await import('../registry/typescript-loader.js')
    loadTypeScript()
    // So that stacks lead to the lines of the sources, as they do under the runner.
    process.setSourceMapsEnabled(true)
  }
  if (isNodeTest()) silenceNodeTest()
  for (const module of boot.setup) {
    const url = URL.canParse(module) ? module : pathToFileURL(module).href
    // Noted for a thread that is blocked when it needs the module: it could not wait for a top-level await, not even a past one.
    const { exports } = await importExports(url)
    here.registry.noteModule(url, exports as object)
  }
  const { address } = here
  // Before any call is started, so that a thread that dies in its first call is known to have come up.
  here.postOrDrop({ kind: 'life', to: makerOf(address), from: address, state: 'ready' })
  here.isUp = true
  // What came before was left in its queue.
  setImmediate(() => here.attend())
  // The thread lives as long as its maker wants it to.
  here.post.parent?.hold()
}

/** Evaluated in a bundle. A thread starts from the bundle of its maker; another one may hold this library as well, such as a preload. */
if (bundle !== undefined && findBoot()?.entry === bundle) void bootThread()
