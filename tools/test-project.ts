// Runs all tests of one project: `node tools/test-project.ts packages/core`. nx calls this as the target `test`.
//
// Unit tests (src/**/*.test.ts) go to vitest. Crossing tests (test/**/*.test.*) are run by Node itself, each file in a
// process of its own that is killed at a deadline: a thread that blocks for ever blocks its own test runner too, so
// only another process can tell that it hangs.
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endWithChildren, runAndRead } from './child.ts'
import { addCounts, closingLine, failureText, judgeRun, type TestCounts } from './test-counts.ts'
import { runUnitTests } from './unit-tests.ts'

const FILE_DEADLINE_MS = 120_000
const TEST_DEADLINE_MS = 60_000
const FILES_AT_ONCE = 2
const LAST_LINES = 15

const home = resolve(process.argv[2] ?? '.')
const only = process.argv.slice(3)
const tools = fileURLToPath(new URL('.', import.meta.url))
const reports = mkdtempSync(join(tmpdir(), 'syncbridge-test-'))

interface Verdict extends TestCounts {
  remark?: string
}

async function runCrossingFile(file: string, index: number): Promise<Verdict> {
  const report = join(reports, `${index}.json`)
  const name = relative(home, file)
  const { code, late, output } = await runAndRead(
    process.execPath,
    [
      `--test-timeout=${TEST_DEADLINE_MS}`,
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...[`--test-reporter=${join(tools, 'count-reporter.ts')}`],
      `--test-reporter-destination=${report}`,
      file,
    ],
    { cwd: home, deadline: FILE_DEADLINE_MS },
  )
  process.stdout.write(`\n${name}\n${output}`)
  if (late) console.log(`${name} did not end within ${FILE_DEADLINE_MS / 1000} s and was killed`)
  const counts = readReport(report)
  const verdict: Verdict = judgeRun(basename(file), counts, code)
  // No test of it says what went wrong, but what it printed last may.
  if (verdict.remark) {
    const last = output.trimEnd().split('\n').slice(-LAST_LINES).join('\n')
    verdict.failures = [
      failureText(`${name}: ${verdict.remark}${late ? ', at its deadline' : ''}`, last),
    ]
  }
  return verdict
}

async function runCrossingTests(files: string[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  const queue = files.entries()
  const takeFiles = async () => {
    for (const [index, file] of queue) verdicts.push(await runCrossingFile(file, index))
  }
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, takeFiles))
  return verdicts
}

function readReport(path: string): TestCounts | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function find(pattern: string): string[] {
  return globSync(pattern, { cwd: home })
    .filter((file) => !file.includes('fixtures'))
    .filter((file) => only.length === 0 || only.some((part) => file.includes(part)))
    .map((file) => join(home, file))
    .sort()
}

endWithChildren()
process.on('exit', () => rmSync(reports, { recursive: true, force: true }))

const verdicts: Verdict[] = []
if (find('src/**/*.test.ts').length > 0) verdicts.push(await runUnitTests({ home, only }))
verdicts.push(...(await runCrossingTests(find('test/**/*.test.{js,mjs,ts}'))))
if (verdicts.length === 0) verdicts.push(judgeRun('this project', addCounts([]), 0))

const counts = addCounts(verdicts)
const remark = verdicts.flatMap((verdict) => verdict.remark ?? []).join('; ')
const project = relative(join(tools, '..'), home)
console.log(`\n${project}: ${closingLine(counts)}${remark && ` (${remark})`}`)
const results = process.env.SYNCBRIDGE_TEST_RESULTS
if (results) {
  const result = { project, ...counts, ...(remark && { remark }) }
  writeFileSync(join(results, `${project.replaceAll(/\W/g, '-')}.json`), JSON.stringify(result))
}
process.exitCode = counts.failed === 0 ? 0 : 1
