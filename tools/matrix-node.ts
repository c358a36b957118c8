// `npm run matrix:node`: the whole suite of packages/core on every version of Node that it supports, each file in a process of its own.
// `npm run matrix:node -- node-20` takes only these; `--only nesting` the files of that name.
//
// Node 24 is the project's own; the others come through npm into node_modules/.cache, once.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildOrExit, root } from './nx.ts'
import { nodeRuntimes, runRuntimeMatrix } from './runtime-matrix.ts'
import { runUnitTests } from './unit-tests.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' } },
})
const home = join(root, 'packages/core')
buildOrExit('@syncbridge/core')
process.exitCode = await runRuntimeMatrix({
  home,
  files: globSync('test/**/*.test.js', { cwd: home })
    .filter((file) => !file.includes('fixtures') && file.includes(values.only))
    .sort(),
  runtimes: nodeRuntimes.map((runtime) => ({
    ...runtime,
    ...(values.only === '' && { extra: runUnitTestsOn }),
  })),
  names: positionals,
  filesAtOnce: 2,
})

/** Their runner has no version for Node 20 any more; they are about code without threads and time. */
async function runUnitTestsOn({ path, version }: { path: string; version: string }) {
  if (!version.startsWith('20.')) return runUnitTests({ home, node: path })
  const { length: skipped } = globSync('src/**/*.test.ts', { cwd: home })
  const remark = `${skipped} files of unit tests not run: vitest needs Node 22.12`
  return { passed: 0, failed: 0, skipped, remark }
}
