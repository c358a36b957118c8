const DETAIL_LINES = 25

/** How many tests of one runner in one project passed, failed and were skipped. */
export interface TestCounts {
  passed: number
  failed: number
  skipped: number
  /** What failed, a text each: where, and what it said. Left out where nothing did. */
  failures?: string[]
}

/** The counts of one project, with a remark where something beside a test went wrong. */
export interface ProjectResult extends TestCounts {
  project: string
  remark?: string
}

/** Adds up counts, field by field. */
export function addCounts(all: Iterable<TestCounts>): TestCounts {
  const sum: TestCounts = { passed: 0, failed: 0, skipped: 0 }
  for (const { passed, failed, skipped, failures } of all) {
    sum.passed += passed
    sum.failed += failed
    sum.skipped += skipped
    if (failures?.length) sum.failures = [...(sum.failures ?? []), ...failures]
  }
  return sum
}

/**
 * One failure as a text: its title, and below it the beginning of what is known of it, since a log may be cut to its end.
 */
export function failureText(title: string, detail: string): string {
  const lines = detail.trim().split('\n').slice(0, DETAIL_LINES)
  return [`FAILED  ${title}`, ...lines.map((line) => `        ${line}`)].join('\n')
}

/**
 * The verdict on one run of a test runner: its counts, and one failure more where the run went wrong in a way that no
 * test shows, since a crash must never look like a short list of passes.
 *
 * @param counts What the runner reported, or undefined if it died before it could.
 * @param exitCode The runner's exit code, or null if a signal ended it.
 */
export function judgeRun(
  runner: string,
  counts: TestCounts | undefined,
  exitCode: number | null,
): TestCounts & { remark?: string } {
  if (!counts) return oneFailure(undefined, `${runner} ended without a report`)
  if (counts.passed + counts.failed === 0) return oneFailure(counts, `${runner} ran no test`)
  if (exitCode !== 0 && counts.failed === 0) {
    return oneFailure(counts, `${runner} exited with ${exitCode ?? 'a signal'}`)
  }
  return counts
}

/**
 * The last line of a test run, alone on its line: `N passed, N failed`, and `, N skipped` if any.
 */
export function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/**
 * A result for every expected project: the ones that left no report count as one failure each.
 */
export function completeResults(
  expected: readonly string[],
  reported: readonly ProjectResult[],
): ProjectResult[] {
  return expected.map(
    (project) =>
      reported.find((result) => result.project === project) ?? {
        project,
        ...oneFailure(undefined, 'did not run: see above'),
      },
  )
}

/**
 * The results as lines of a table, one a project.
 *
 * @param what Other than a project: the title of the first column.
 */
export function tableOf(results: readonly ProjectResult[], what = 'project'): string {
  const rows = [
    [what, 'passed', 'failed', 'skipped', ''],
    ...results.map(({ project, passed, failed, skipped, remark }) => [
      project,
      String(passed),
      String(failed),
      String(skipped),
      remark ?? '',
    ]),
  ]
  const widthOf = (column: number) => Math.max(...rows.map((row) => (row[column] ?? '').length))
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === 4
            ? cell.padEnd(widthOf(column))
            : cell.padStart(widthOf(column)),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function oneFailure(counts: TestCounts | undefined, remark: string) {
  const known = counts ?? addCounts([])
  return { ...known, failed: known.failed + 1, remark }
}
