/**
 * A thread that loads a file of tests (`node --test --test-isolation=none` holds them all in one process) must not run its tests once more.
 * `node:test` has no switch for that: so such a thread is given one whose `test()`, `describe()` and hooks do nothing.
 */
import Module from 'node:module'

/** Whether the process holds all files of tests. One that was started for a single file has that as its entry module, which no thread loads. */
export function isNodeTest(execArgv: readonly string[] = process.execArgv): boolean {
  return execArgv.includes('--test')
}

const REGISTERING = new Set(
  'describe suite before after beforeEach afterEach skip todo only expectFailure'.split(' '),
)
const STAND_IN = 'syncbridge.node-test'

export function silenceNodeTest(): void {
  // Since Node 22.15.
  if (typeof Module.registerHooks !== 'function') return
  const real = process.getBuiltinModule('node:test')
  const exports = silent(real)
  Object.defineProperty(globalThis, Symbol.for(STAND_IN), { value: exports })
  const url = new URL('./node-test-stand-in.cjs', import.meta.url).href
  // The second line is for Node, which reads the names of exports off the text.
  const source = `module.exports = globalThis[Symbol.for('${STAND_IN}')]
0 && (module.exports = { ${Object.keys(exports).join(', ')} })`
  Module.registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'node:test'
        ? { url, format: 'commonjs', shortCircuit: true }
        : next(specifier, context),
    load: (asked, context, next) =>
      asked === url ? { format: 'commonjs', source, shortCircuit: true } : next(asked, context),
  })
}

/** The same function with the same properties, of which those that register something do nothing. */
function silent(real: object): object {
  const copy = () => Promise.resolve()
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(real))) {
    if (!['name', 'length', 'prototype'].includes(name))
      Object.defineProperty(copy, name, { ...descriptor, ...valueFor(name, descriptor.value) })
  }
  return copy

  function valueFor(name: string, value: unknown): { value?: unknown } {
    // It is a property of its own: `test.test`, and `it`.
    if (value === real) return { value: copy }
    return REGISTERING.has(name) ? { value: silent(Object(value)) } : {}
  }
}
