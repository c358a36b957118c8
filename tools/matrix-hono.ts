// `npm run matrix:hono`: the tests of packages/hono on every runtime that it supports, each file in a process of its own, by the
// runner that the runtime brings. `npm run matrix:hono -- bun node-20` takes only these; `--only body` the files of that name.
//
// Node 24 is the project's own; the others come through npm into node_modules/.cache, once.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildOrExit, root } from './nx.ts'
import {
  type CommandLine,
  nodeRuntimes,
  runRuntimeMatrix,
  TEST_DEADLINE_MS,
} from './runtime-matrix.ts'
import { bunRuntime, denoRuntime, install } from './runtimes.ts'

const byBun: CommandLine = (file, report) => [
  ...['test', `--timeout=${TEST_DEADLINE_MS}`],
  ...['--reporter=junit', `--reporter-outfile=${report}`],
  // Anything else than a path would be a part of a name.
  `./${file}`,
]
const byDeno: CommandLine = (file, report) => [
  ...['test', '--allow-all', '--no-check', `--junit-path=${report}`],
  file,
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' } },
})
const home = join(root, 'packages/hono')
buildOrExit('@syncbridge/hono')
process.exitCode = await runRuntimeMatrix({
  home,
  files: globSync('test/*.test.js', { cwd: home })
    .filter((file) => file.includes(values.only))
    .sort(),
  runtimes: [
    ...nodeRuntimes,
    { name: 'bun', command: byBun, find: () => install(bunRuntime) },
    { name: 'deno', command: byDeno, find: () => install(denoRuntime) },
  ],
  names: positionals,
})
