import { printThrown } from '../print-thrown.js'
import type { FunctionRef } from '../protocol.js'
import { runtime } from '../runtime/runtime.js'

/**
 * A call of what a module may not export. Until its exports are known, a module that is named by its URL has a function under any name, and
 * whoever looks for a method of that name may call it. Nobody awaits such a call, and it must not end the process: where the module turns out to
 * have no such function, a warning tells of it.
 */
export function toldIfMissing(
  { kind, module, name }: FunctionRef,
  promise: Promise<unknown>,
): Promise<unknown> {
  if (kind !== 'export') return promise
  const { registry } = runtime()
  if (registry.exportsOf(module)) return promise
  const answered = promise.catch((error: unknown) => {
    if (registry.exportsOf(module)?.has(name) === false) {
      answered.catch(() => undefined)
      process.emitWarning(printThrown(error), { code: 'SYNCBRIDGE_NO_EXPORT' })
    }
    throw error
  })
  return answered
}
