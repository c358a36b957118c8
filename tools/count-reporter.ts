import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'
import { inspect } from 'node:util'
import { failureText } from './test-counts.ts'

/**
 * A reporter for a file of `node:test` cases: writes the counts of the whole file, and what failed, as one line of JSON
 * when it ends.
 *
 * A file that holds no test, or exits before its tests are done, never gets there and so leaves no counts.
 */
export default async function* countReporter(
  events: AsyncIterable<TestEvent>,
): AsyncGenerator<string> {
  const failures: string[] = []
  for await (const event of events) {
    if (event.type === 'test:fail') {
      const { name, file = '', details } = event.data
      const { failureType, cause } = details.error as Error & { failureType?: string }
      // A suite fails with its tests, and says no more than they do.
      if (failureType === 'subtestsFailed') continue
      failures.push(failureText(`${relative('.', file)}: ${name}`, inspect(cause ?? details.error)))
    }
    if (event.type !== 'test:summary') continue
    const { tests, passed, skipped, todo } = event.data.counts
    // What neither passed nor was set aside: failed or cancelled.
    const failed = tests - passed - skipped - todo
    yield JSON.stringify({ passed, failed, skipped: skipped + todo, failures })
  }
}
