import assert from 'node:assert/strict'

/** Waits for what no event tells of. @param {string} what Is said where it never comes. */
export async function until(condition, what) {
  const deadline = performance.now() + 20_000
  while (!condition()) {
    assert.ok(performance.now() < deadline, what)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
