import type { TestCounts } from './test-counts.ts'

/**
 * Counts the cases of a JUnit report, the one format that the test runners of Node, Bun and Deno share.
 *
 * @returns undefined where it is no report.
 */
export function countJunit(xml: string): TestCounts | undefined {
  if (!xml.includes('<testsuites')) return undefined
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0 }
  // A case is one tag, or one with its outcome inside.
  for (const [, inside = ''] of xml.matchAll(/<testcase\b[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs)) {
    if (/<(failure|error)\b/.test(inside)) counts.failed += 1
    else if (/<skipped\b/.test(inside)) counts.skipped += 1
    else counts.passed += 1
  }
  return counts
}
