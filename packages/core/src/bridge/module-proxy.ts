/** A whole module named by its URL: an object whose properties are bridged functions, made when first asked for. */
import type { FunctionRef } from '../protocol.js'

export function createModuleProxy<M extends object>(
  url: URL,
  bridge: (ref: FunctionRef) => (...args: never[]) => unknown,
): M {
  const made = new Map<string, unknown>()
  return new Proxy({} as M, {
    get(_target, property) {
      // Asked for by `await` and by whoever prints it: a module has no such function.
      if (typeof property !== 'string' || property === 'then' || property === 'toJSON')
        return undefined
      const known = made.get(property)
      if (known) return known
      const ref: FunctionRef = {
        kind: 'export',
        module: url.href,
        format: 'esm',
        name: property,
        ordinal: 0,
        count: 1,
      }
      const bridged = Object.defineProperty(bridge(ref), 'name', {
        value: property,
        configurable: true,
      })
      made.set(property, bridged)
      return bridged
    },
  })
}
