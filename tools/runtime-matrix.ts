import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { endWithChildren, runAndRead } from './child.ts'
import { countJunit } from './junit-counts.ts'
import { install, nodeRuntime } from './runtimes.ts'
import { addCounts, closingLine, judgeRun, type ProjectResult, tableOf } from './test-counts.ts'

export const TEST_DEADLINE_MS = 60_000
const FILE_DEADLINE_MS = 180_000

/** How a runtime runs one file of tests and leaves a JUnit report. */
export type CommandLine = (file: string, report: string) => string[]

/** The binary of a runtime. */
interface Found {
  path: string
  version: string
}
type Verdict = Omit<ProjectResult, 'project'>

/** One row of the matrix. */
export interface Runtime {
  /** As in the arguments that pick rows: `node-20`, `bun`. */
  readonly name: string
  readonly command: CommandLine
  readonly find: () => Found
  /** Tests of another kind, run before the files. */
  readonly extra?: (found: Found) => Verdict | Promise<Verdict>
}

const byNode: CommandLine = (file, report) => [
  `--test-timeout=${TEST_DEADLINE_MS}`,
  ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
  ...['--test-reporter=junit', `--test-reporter-destination=${report}`],
  file,
]

/** The versions of Node that the packages support. 24 is the project's own; the others come through npm, once. */
export const nodeRuntimes: readonly Runtime[] = [20, 22, 24, 26].map((major) => ({
  name: `node-${major}`,
  command: byNode,
  find: () =>
    process.versions.node.startsWith(`${major}.`)
      ? { path: process.execPath, version: process.versions.node }
      : install(nodeRuntime(major)),
}))

/**
 * Runs files of tests on several runtimes, each file in a process of its own that is killed at a deadline, and prints a table and a
 * count. Where a file fails, its whole output is printed.
 *
 * @param home The folder that the tests belong to; `files` are relative to it.
 * @param names The rows to take; all of them if there are none.
 * @returns The exit code: 0 if nothing failed, 2 if there is no row of such a name.
 */
export async function runRuntimeMatrix({
  home,
  files,
  runtimes,
  names,
  filesAtOnce = 1,
}: {
  home: string
  files: readonly string[]
  runtimes: readonly Runtime[]
  names: readonly string[]
  filesAtOnce?: number
}): Promise<number> {
  const unknown = names.filter((name) => !runtimes.some((runtime) => runtime.name === name))
  if (unknown.length > 0) {
    const known = runtimes.map(({ name }) => name).join(', ')
    console.error(`No such runtime: ${unknown.join(', ')}. There are ${known}.`)
    return 2
  }
  const reports = mkdtempSync(join(tmpdir(), 'syncbridge-matrix-'))
  endWithChildren()
  process.on('exit', () => rmSync(reports, { recursive: true, force: true }))

  const results: ProjectResult[] = []
  for (const runtime of runtimes) {
    if (names.length === 0 || names.includes(runtime.name)) {
      results.push(await runOn(runtime, { home, files, filesAtOnce, reports }))
    }
  }
  const counts = addCounts(results)
  console.log(`\n${tableOf(results, 'runtime')}\n\n${closingLine(counts)}`)
  return counts.failed === 0 ? 0 : 1
}

interface Plan {
  readonly home: string
  readonly files: readonly string[]
  readonly filesAtOnce: number
  readonly reports: string
}

async function runOn({ name, command, find, extra }: Runtime, plan: Plan): Promise<ProjectResult> {
  let found: Found
  try {
    found = find()
  } catch (error) {
    console.log(error)
    return { project: name, passed: 0, failed: 1, skipped: 0, remark: 'could not be installed' }
  }
  const project = `${name.replace(/-\d+$/, '')} ${found.version}`
  const verdicts: Verdict[] = []
  if (extra) verdicts.push(await extra(found))
  const queue = plan.files.values()
  await Promise.all(
    Array.from({ length: plan.filesAtOnce }, async () => {
      for (const file of queue)
        verdicts.push(await runFile(project, found.path, command, file, plan))
    }),
  )
  const remark = verdicts.flatMap((verdict) => verdict.remark ?? []).join('; ')
  return { project, ...addCounts(verdicts), ...(remark && { remark }) }
}

async function runFile(
  project: string,
  path: string,
  command: CommandLine,
  file: string,
  { home, reports }: Plan,
) {
  const report = join(reports, `${project}-${file.replaceAll(/[^\w.-]+/g, '-')}.xml`)
  const { code, late, output } = await runAndRead(path, command(file, report), {
    cwd: home,
    deadline: FILE_DEADLINE_MS,
    env: { ...process.env, NO_COLOR: '1' },
  })
  const verdict = judgeRun(basename(file), readReport(report), code)
  console.log(`${project}, ${file}: ${closingLine(verdict)}`)
  if (verdict.failed > 0) process.stdout.write(output)
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
