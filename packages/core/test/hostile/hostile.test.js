import assert from 'node:assert/strict'
import { test } from 'node:test'
import { superviseHostile } from './supervise.js'

// Always the same crossings here, so that a red run means a change; `npm run hostile` makes new ones.
// Whatever else runs beside the tests.
const SLACK = 2
const { SEED = '1', CASES = '200' } = process.env

test('hostile values arrive or fail their own call, and their thread serves the next one', {
  timeout: 110_000,
}, async (t) => {
  t.diagnostic(`SEED=${SEED} CASES=${CASES}`)
  const { ran, faults } = await superviseHostile({
    seed: Number(SEED),
    cases: Number(CASES),
    seconds: 45,
    slack: SLACK,
  })
  const told = faults.map(({ kind, what, spec }) => `${kind}: ${what}\n  ${JSON.stringify(spec)}`)
  if (told.length > 0) assert.fail(told.join('\n'))
  assert.equal(ran.length, Number(CASES))
})
