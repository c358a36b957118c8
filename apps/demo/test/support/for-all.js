/** What all tests of one `describe` share: made before the first of them, and ended after the last, in reverse order. */
import { after, before } from 'node:test'

/** @param prepare Gets what stands for the test that usually ends things. */
export function forAll(prepare) {
  const endings = []
  before(() => prepare({ after: (end) => endings.unshift(end) }))
  after(async () => {
    for (const end of endings) await end()
  })
}
