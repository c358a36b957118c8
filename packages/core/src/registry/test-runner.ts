/**
 * Test runners evaluate a project's modules themselves: Node, and so a thread, knows nothing of what they transform and mock, nor the
 * main thread by Node's own means of what they have evaluated.
 */
import { fileURLToPath } from 'node:url'
import { variable } from '../environment.js'

export type TestRunner = 'jest' | 'vitest'

/** The test runner that started this process, and its threads. */
export function testRunner(env?: NodeJS.ProcessEnv): TestRunner | undefined {
  if (variable('VITEST', env)) return 'vitest'
  return variable('JEST_WORKER_ID', env) ? 'jest' : undefined
}

/** Whether this very thread's modules are Jest's, and not Node's as in the threads that it makes. */
export function isJest(): boolean {
  return Reflect.has(globalThis, Symbol.for('jest-native-promise'))
}

/** The same of Vitest. */
export function isVitest(): boolean {
  return Reflect.has(globalThis, '__vitest_worker__')
}

/** The exports of a module in Vitest's own module graph, which its `import()` of today is answered from; undefined elsewhere. */
export function exportsInVitest(module: string): object | undefined {
  const state = Reflect.get(globalThis, '__vitest_worker__') as VitestState | undefined
  if (!state) return undefined
  try {
    const file = fileURLToPath(module)
    for (const node of state.evaluatedModules?.fileToModulesMap?.get(file) ?? [])
      if (node.exports) return node.exports
  } catch {
    // Another version's, that keeps its modules in another way.
  }
  return undefined
}

/** Imports a module as the tests do, transformed and mocked; undefined where Vitest doesn't let itself be asked. */
export function importInVitest(module: string): Promise<unknown> | undefined {
  const mocker = Reflect.get(globalThis, '__vitest_mocker__') as VitestMocker | undefined
  try {
    const path = fileURLToPath(module)
    return mocker?.moduleRunner?.import?.(path)
  } catch {
    return undefined
  }
}

interface VitestMocker {
  readonly moduleRunner?: { import?(path: string): Promise<unknown> }
}

interface VitestState {
  readonly evaluatedModules?: {
    readonly fileToModulesMap?: ReadonlyMap<string, Iterable<{ readonly exports?: object }>>
  }
}
