import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runMatrix } from './run-matrix.js'
import { printTable } from './table.js'

// A part that is quick; `npm run faults` runs the whole.
const states = ['running']
// Whatever else runs beside the tests.
const SLACK = 4

test('every fault, while a call runs, is answered as promised, and the next call works', async (t) => {
  const only = (_fault, state) => states.includes(state)
  const results = await runMatrix({ only, slack: SLACK })
  for (const line of printTable(results, states).split('\n')) t.diagnostic(line)
  for (const [fault, row] of results) {
    for (const [state, { faults, reason }] of row) {
      if (!reason) assert.deepEqual(faults, [], `${fault} × ${state}`)
    }
  }
})
