import type { TestEvent } from 'node:test/reporters'

/**
 * A reporter for a file of `node:test` cases: writes the counts of the whole file as one line of JSON when it ends.
 *
 * A file that holds no test, or exits before its tests are done, never gets there and so leaves no counts.
 */
export default async function* countReporter(
  events: AsyncIterable<TestEvent>,
): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type !== 'test:summary') continue
    const { tests, passed, skipped, todo } = event.data.counts
    // What neither passed nor was set aside: failed or cancelled.
    const failed = tests - passed - skipped - todo
    yield JSON.stringify({ passed, failed, skipped: skipped + todo })
  }
}
