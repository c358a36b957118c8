import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { matrix } from './matrix.js'
import { runMatrix } from './run-matrix.js'

// A part that is quick; `npm run faults` runs the whole.
const STATE = 'running'
// Whatever else runs beside the tests.
const SLACK = 4

describe('while a call runs, its caller is answered as promised, nobody else is harmed and the next call works:', () => {
  for (const name of Object.keys(matrix)) {
    test(name, async () => {
      const only = (fault, state) => fault === name && state === STATE
      const results = await runMatrix({ only, slack: SLACK })
      assert.deepEqual(results.get(name).get(STATE).faults, [])
    })
  }
})
