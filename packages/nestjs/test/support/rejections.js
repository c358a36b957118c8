import assert from 'node:assert/strict'
import { after } from 'node:test'

/** Fails the file if a promise of it was rejected with nobody listening. */
export function forbidUnhandledRejections() {
  const unhandled = []
  process.on('unhandledRejection', (reason) => unhandled.push(reason))
  after(async () => {
    // Node reports them at the end of the turn in which they happened.
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(unhandled, [])
  })
}
