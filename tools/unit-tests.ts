import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runInGroup } from './child.ts'
import { failureText, judgeRun, type TestCounts } from './test-counts.ts'

const DEADLINE_MS = 120_000
const require = createRequire(import.meta.url)

/**
 * Runs the tests beside a project's sources (`*.test.ts` below `src`) by vitest, within a deadline.
 *
 * @param home The project's folder.
 * @param node The Node that runs them.
 * @param only Parts of file names; all files if there are none.
 */
export async function runUnitTests({
  home,
  node = process.execPath,
  only = [],
}: {
  home: string
  node?: string
  only?: readonly string[]
}): Promise<TestCounts & { remark?: string }> {
  const manifest = require.resolve('vitest/package.json')
  const reports = mkdtempSync(join(tmpdir(), 'syncbridge-unit-'))
  const report = join(reports, 'vitest.json')
  const { code } = await runInGroup(
    node,
    [
      join(dirname(manifest), 'vitest.mjs'),
      ...['run', ...only, '--dir', 'src'],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ],
    { cwd: home, deadline: DEADLINE_MS, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  try {
    return judgeRun('vitest', countsIn(report), code)
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
}

interface VitestFile {
  name: string
  message?: string
  assertionResults: { fullName: string; status: string; failureMessages?: string[] }[]
}

function failuresOf({ name, message, assertionResults }: VitestFile): string[] {
  if (message) return [failureText(name, message)]
  return assertionResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages = [] }) => failureText(fullName, failureMessages.join('\n')))
}

function countsIn(report: string): TestCounts | undefined {
  try {
    const json = JSON.parse(readFileSync(report, 'utf8'))
    return {
      passed: json.numPassedTests,
      failed: json.numFailedTests,
      skipped: json.numPendingTests + json.numTodoTests,
      failures: json.testResults.flatMap(failuresOf),
    }
  } catch {
    return undefined
  }
}
