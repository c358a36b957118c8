import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configure, shutdown, stats } from '@syncbridge/core'
import { addOnPool } from './fixtures/basic.js'
import { holdLongOnPool } from './fixtures/flood.js'
import { occupied } from './support/occupied.js'

const CALLS = 100_000
const LIMIT = 1000

test('a flood of 100,000 calls against maxQueue 1000 is refused at once, keeps no memory, and what was accepted finishes', async (t) => {
  t.after(() => shutdown())
  configure({ pool: { maxThreads: 2, maxQueue: LIMIT } })
  const holding = [await occupied(holdLongOnPool), await occupied(holdLongOnPool)]
  const before = process.memoryUsage()
  const accepted = Array.from({ length: LIMIT }, (_, index) => addOnPool(index, 1))
  const times = []
  for (let index = LIMIT; index < CALLS; index += 1) {
    const began = performance.now()
    await addOnPool(index, 1).then(
      () => assert.fail(`call ${index} was accepted`),
      (error) => assert.equal(error.code, 'SYNCBRIDGE_QUEUE_FULL'),
    )
    times.push(performance.now() - began)
  }
  const after = process.memoryUsage()
  for (const one of holding) one.release()
  assert.deepEqual(
    await Promise.all(accepted),
    accepted.map((_, index) => index + 1),
  )
  await Promise.all(holding.map(({ done }) => done))
  times.sort((a, b) => a - b)
  const [median, p99] = [times[times.length >> 1], times[Math.floor(times.length * 0.99)]]
  const grown = (after.rss - before.rss) / 2 ** 20
  t.diagnostic(
    `refused in ${(median * 1000).toFixed(0)} µs (median), ${(p99 * 1000).toFixed(0)} µs (p99); ${grown.toFixed(0)} MB more meanwhile`,
  )
  const floor = await medianOfPlainRefusals()
  assert.ok(median < 50 * floor, `${median} ms, of a plain function ${floor} ms`)
  assert.ok(grown < 200, `${grown} MB more`)
  assert.equal(stats().calls.pending, 0)
  assert.equal(stats().queued, 0)
})

/** In ms: an async function that does nothing but throw. */
async function medianOfPlainRefusals() {
  const refuse = async () => {
    throw new Error('refused')
  }
  const times = []
  for (let index = 0; index < 10_000; index += 1) {
    const began = performance.now()
    await refuse().catch(() => {})
    times.push(performance.now() - began)
  }
  times.sort((a, b) => a - b)
  return times[times.length >> 1]
}
