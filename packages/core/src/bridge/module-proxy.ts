/**
 * A whole module named by its URL: an object whose properties are bridged functions. The module is loaded in threads, not here. As long as none
 * has told what the module exports, any name may be one of its functions, and is made when it is asked for. After that the object has what the
 * module exports, and nothing else.
 */
import type { FunctionRef } from '../protocol.js'
import { runtime } from '../runtime/runtime.js'

/**
 * Asked for by who wants to know what an object is: frameworks, test runners, printers. A function under such a name would be called, or the
 * object taken for another kind of thing. Only names that no module gives a function of its own.
 */
const ASKED_OF_ANY_OBJECT: ReadonlySet<string> = new Set([
  'asymmetricMatch',
  'beforeApplicationShutdown',
  'nodeName',
  'nodeType',
  'onApplicationBootstrap',
  'onApplicationShutdown',
  'onModuleDestroy',
  'onModuleInit',
  'tagName',
  'toJSON',
  'toPOJO',
])
/** The beginnings of names that libraries mark their own objects with. */
const MARK = /^(__|\$\$|@@|_is[A-Z])/

export function createModuleProxy<M extends object>(
  url: URL,
  bridge: (ref: FunctionRef) => (...args: never[]) => unknown,
): M {
  const { href: module } = url
  const exported: Record<string, unknown> = {}
  const made = new Map<string, unknown>()
  let isKnown = false

  const functionFor = (name: string): unknown => {
    const known = made.get(name)
    if (known) return known
    const ref: FunctionRef = { kind: 'export', module, format: 'esm', name, ordinal: 0 }
    const bridged = Object.defineProperty(bridge(ref), 'name', { value: name, configurable: true })
    made.set(name, bridged)
    return bridged
  }

  runtime().registry.whenExportsKnown(module, (names) => {
    isKnown = true
    for (const name of names) {
      // A promise would adopt the object; and what the user has set stays.
      if (name === 'then' || Object.hasOwn(exported, name)) continue
      const value = functionFor(name)
      Object.defineProperty(exported, name, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      })
    }
    made.clear()
  })

  return new Proxy(exported as M, {
    get(target, property, receiver) {
      const isAsIs = isKnown || typeof property !== 'string' || property in target
      return isAsIs || !mayBeExported(property)
        ? Reflect.get(target, property, receiver)
        : functionFor(property)
    },
  })
}

function mayBeExported(name: string): boolean {
  return name !== 'then' && !ASKED_OF_ANY_OBJECT.has(name) && !MARK.test(name)
}
