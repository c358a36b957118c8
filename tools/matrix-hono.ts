// `npm run matrix:hono`: the tests of packages/hono on every runtime that it supports, each file in a process of its own, by the
// runner that the runtime brings. `npm run matrix:hono -- bun node-20` takes only these; `--only body` the files of that name.
//
// Node 24 is the project's own; the others come through npm into node_modules/.cache, once.
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { endWithChildren, runInGroup } from './child.ts'
import { countJunit } from './junit-counts.ts'
import { buildOrExit, root } from './nx.ts'
import { bunRuntime, denoRuntime, install, nodeRuntime } from './runtimes.ts'
import { addCounts, closingLine, judgeRun, type ProjectResult, tableOf } from './test-counts.ts'

const FILE_DEADLINE_MS = 180_000
const TEST_DEADLINE_MS = 60_000

/** How a runtime runs one file of tests and leaves a JUnit report. */
type CommandLine = (file: string, report: string) => string[]

const byNode: CommandLine = (file, report) => [
  `--test-timeout=${TEST_DEADLINE_MS}`,
  ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
  ...['--test-reporter=junit', `--test-reporter-destination=${report}`],
  file,
]
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

const own = () => ({ path: process.execPath, version: process.versions.node })
const runtimes: Array<{
  name: string
  command: CommandLine
  find: () => { path: string; version: string }
}> = [
  { name: 'node-20', command: byNode, find: () => install(nodeRuntime(20)) },
  { name: 'node-22', command: byNode, find: () => install(nodeRuntime(22)) },
  { name: 'node-24', command: byNode, find: own },
  { name: 'node-26', command: byNode, find: () => install(nodeRuntime(26)) },
  { name: 'bun', command: byBun, find: () => install(bunRuntime) },
  { name: 'deno', command: byDeno, find: () => install(denoRuntime) },
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' } },
})
const unknown = positionals.filter((name) => !runtimes.some((runtime) => runtime.name === name))
if (unknown.length > 0) {
  const names = runtimes.map(({ name }) => name).join(', ')
  console.error(`No such runtime: ${unknown.join(', ')}. There are ${names}.`)
  process.exit(2)
}

const home = join(root, 'packages/hono')
const files = globSync('test/*.test.js', { cwd: home })
  .filter((file) => file.includes(values.only))
  .sort()
const reports = mkdtempSync(join(tmpdir(), 'syncbridge-matrix-'))
endWithChildren()
process.on('exit', () => rmSync(reports, { recursive: true, force: true }))

buildOrExit('@syncbridge/hono')

const results: ProjectResult[] = []
for (const { name, command, find } of runtimes) {
  if (positionals.length === 0 || positionals.includes(name)) {
    results.push(await runOn(name, command, find))
  }
}
const counts = addCounts(results)
console.log(`\n${tableOf(results, 'runtime')}\n\n${closingLine(counts)}`)
process.exitCode = counts.failed === 0 ? 0 : 1

async function runOn(
  name: string,
  command: CommandLine,
  find: () => { path: string; version: string },
): Promise<ProjectResult> {
  let found: { path: string; version: string }
  try {
    found = find()
  } catch (error) {
    console.log(error)
    return { project: name, passed: 0, failed: 1, skipped: 0, remark: 'could not be installed' }
  }
  const project = `${name.replace(/-\d+$/, '')} ${found.version}`
  const verdicts = []
  for (const file of files) verdicts.push(await runFile(project, found.path, command, file))
  const remark = verdicts.flatMap((verdict) => verdict.remark ?? []).join('; ')
  return { project, ...addCounts(verdicts), ...(remark && { remark }) }
}

async function runFile(project: string, path: string, command: CommandLine, file: string) {
  const report = join(reports, `${project}-${basename(file)}.xml`)
  const output: Buffer[] = []
  const { code, late } = await runInGroup(path, command(file, report), {
    cwd: home,
    deadline: FILE_DEADLINE_MS,
    env: { ...process.env, NO_COLOR: '1' },
    onOutput: (chunk) => output.push(chunk),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const verdict = judgeRun(basename(file), readReport(report), code)
  console.log(`${project}, ${file}: ${closingLine(verdict)}`)
  if (verdict.failed > 0) process.stdout.write(Buffer.concat(output))
  if (late) console.log(`It did not end within ${FILE_DEADLINE_MS / 1000} s and was killed.`)
  return verdict
}

function readReport(path: string) {
  try {
    return countJunit(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
