import { workerThreads } from '../channel/worker-threads.js'
import { RegistrationError } from '../errors.js'
import { type CallSite, siteOf, topLevelSite } from '../registry/call-site.js'
import { runtime } from '../runtime/runtime.js'
import { assertOptions } from './bridged-function.js'

/**
 * The program's own part, in a program of one file or a bundle: runs `fn` in the main thread and does nothing in any other,
 * like Python's `if __name__ == '__main__'`. By standing in the entry module it allows bridged functions there.
 *
 * @param fn What the program does.
 * @param options `module`: `import.meta.url`, where the call site can't be read.
 * @returns What `fn` returns; undefined in any other thread.
 * @throws RegistrationError (SYNCBRIDGE_REGISTRATION) where it is not called at a module's top level.
 * @example
 * import { main, syncToAsync } from '@syncbridge/core'
 *
 * const fib = syncToAsync(function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) })
 *
 * main(async () => console.log(await fib(20))) // 6765
 */
export function main<T>(fn: () => T, options: { module?: string | undefined } = {}): T | undefined {
  assertOptions('main', options, ['module'])
  if (typeof fn !== 'function') throw new TypeError('main: the program’s part must be a function')
  const { module } = options
  const site: CallSite | undefined = module === undefined ? topLevelSite() : siteOf(module)
  if (!site) {
    throw new RegistrationError(
      'main() was not called at the top level of a module. Call it there, or give { module: import.meta.url }.',
    )
  }
  const here = runtime()
  here.registry.guard(site.module)
  return workerThreads().isMainThread ? fn() : undefined
}
