/** Loaders of TypeScript that a user gives to Node: they compile for `import` and for `require`, each with a cache of its own. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { variable } from '../environment.js'

const LOADERS = /\b(tsx|ts-node|swc-node|esbuild-register|oxc-node|jiti|sucrase)\b|@babel\/register/

function options(): string {
  return [...process.execArgv, variable('NODE_OPTIONS')].join(' ')
}

/** Whether such a loader was given to this thread. */
export function hasOwnLoader(): boolean {
  return LOADERS.test(options())
}

/** On Node 20 tsx prepares the main thread only, and leaves it to the others to ask for the same. */
export async function prepareTsx(): Promise<void> {
  if (!process.versions.node.startsWith('20.') || !/\btsx\b/.test(options())) return
  const { resolve } = createRequire(join(process.cwd(), 'any'))
  for (const name of ['tsx/esm/api', 'tsx/cjs/api']) {
    try {
      const { register } = await import(pathToFileURL(resolve(name)).href)
      register()
    } catch {
      // Not installed here: the module that needs it will say so.
    }
  }
}
