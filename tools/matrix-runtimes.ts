// `npm run matrix:runtimes`: a program for each of the core's features on Node, Bun and Deno, each in a process of its own. What a runtime
// lacks stands in the table of docs/compatibility.md: there the program must fail, and is counted as skipped.
// `npm run matrix:runtimes -- bun deno` takes only these; `--only stuck` the programs of that name.
//
// Node 24 is the project's own; the others come through npm into node_modules/.cache, once.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runAndRead } from './child.ts'
import { buildOrExit, root } from './nx.ts'
import { type Feature, features, missingOf } from './runtime-features.ts'
import { nodeRuntimes, type Runtime, runRuntimeMatrix } from './runtime-matrix.ts'
import { bunRuntime, denoRuntime, install } from './runtimes.ts'
import { addCounts, type ProjectResult } from './test-counts.ts'

const DEADLINE_MS = 60_000
/** As the page tells users. */
const DENO_FLAGS = ['run', '--no-prompt', '--allow-read', '--allow-env']

interface Row {
  readonly name: string
  /** The column on the page. */
  readonly column: string
  readonly find: Runtime['find']
  readonly flags: readonly string[]
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' } },
})
const home = join(root, 'packages/core/test/runtimes')
const missing = missingOf(readFileSync(join(root, 'docs/compatibility.md'), 'utf8'))
const chosen = features.filter(({ program }) => program.includes(values.only))
const rows: readonly Row[] = [
  ...nodeRuntimes.map(({ name, find }) => ({ name, column: 'node', find, flags: [] })),
  { name: 'bun', column: 'bun', find: () => install(bunRuntime), flags: [] },
  { name: 'deno', column: 'deno', find: () => install(denoRuntime), flags: DENO_FLAGS },
]

buildOrExit('@syncbridge/core')
process.exitCode = await runRuntimeMatrix({
  home,
  files: [],
  runtimes: rows.map((row) => ({
    name: row.name,
    find: row.find,
    command: (file) => [...row.flags, file],
    extra: ({ path }) => runFeatures(row, path),
  })),
  names: positionals,
})

async function runFeatures(row: Row, path: string) {
  const verdicts: Array<Omit<ProjectResult, 'project'>> = []
  for (const feature of chosen) verdicts.push(await runFeature(row, path, feature))
  const remark = verdicts.flatMap((verdict) => verdict.remark ?? []).join(', ')
  return { ...addCounts(verdicts), ...(remark && { remark }) }
}

async function runFeature({ name, column, flags }: Row, path: string, feature: Feature) {
  const { program, title, code: expected = 0, output: pattern = /(?:)/ } = feature
  const lacking = missing.get(title)
  if (!lacking) throw new Error(`docs/compatibility.md has no row '${title}'`)
  const { code, late, output } = await runAndRead(path, [...flags, `${program}.js`], {
    cwd: home,
    deadline: DEADLINE_MS,
    env: { ...process.env, NO_COLOR: '1' },
  })
  const passed = code === expected && pattern.test(output)
  const isMissing = lacking.has(column)
  const verdict = isMissing
    ? passed
      ? 'is there, but not on the page'
      : 'not there'
    : passed
      ? 'passed'
      : 'FAILED'
  console.log(`${name}, ${program}: ${verdict}`)
  if (passed !== isMissing) {
    const count = { passed: passed ? 1 : 0, failed: 0, skipped: passed ? 0 : 1 }
    return passed ? count : { ...count, remark: `not there: ${program}` }
  }
  process.stdout.write(output)
  if (late) console.log(`It did not end within ${DEADLINE_MS / 1000} s and was killed.`)
  return { passed: 0, failed: 1, skipped: 0 }
}
