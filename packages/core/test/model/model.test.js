import assert from 'node:assert/strict'
import { test } from 'node:test'
import { superviseTrees } from './supervise.js'

// Always the same trees here, so that a red run means a change; `npm run test:model -w @syncbridge/core` grows new ones.
const { SEED = '1', TREES = '250' } = process.env

test('random trees of calls run where the model says, in its order, with its Locals and its outcomes', async (t) => {
  t.diagnostic(`SEED=${SEED} TREES=${TREES}`)
  const { count, report } = await superviseTrees(Number(SEED), Number(TREES), 10_000)
  if (report) assert.fail(report)
  assert.equal(count.trees, Number(TREES))
})
