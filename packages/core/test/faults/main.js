/**
 * `npm run faults`: the whole matrix, or what the words after `--` name (parts of a fault or of a state). Ends with a count. `SLACK`
 * says how many times as long as promised an answer may take, on a machine that has other things to do.
 */
import { matrix } from './matrix.js'
import { runMatrix } from './run-matrix.js'
import { printTable } from './table.js'

const words = process.argv.slice(2)
const only = (fault, state) => words.every((word) => fault.includes(word) || state.includes(word))
const began = performance.now()
const results = await runMatrix({ only, slack: Number(process.env.SLACK ?? 1) })
const states = Object.keys(Object.values(matrix)[0])
console.log(`\n${printTable(results, states)}\n`)
console.log(
  'rows: what strikes; columns: what the call is doing; in ms: the slowest answer of all who waited',
)

const reasons = new Map()
let passed = 0
let failed = 0
for (const [fault, row] of results) {
  for (const [state, { reason, faults }] of row) {
    if (reason) reasons.set(`${fault} × ${state}`, reason)
    else if (faults.length === 0) passed += 1
    else {
      failed += 1
      console.log(`\nFAILED ${fault} × ${state}`)
      for (const one of faults) console.log(`  ${one}`)
    }
  }
}
for (const [cell, reason] of reasons) console.log(`– ${cell}: ${reason}`)
console.log(`\n${((performance.now() - began) / 1000).toFixed(1)} s`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
