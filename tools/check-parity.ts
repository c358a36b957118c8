// docs/asgiref-parity.md answers every row of asgiref's contract, by tests that exist and run.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './nx.ts'
import { countsOfParity, faultsOfParity } from './parity.ts'
import { testsOfFilesIn } from './tests-of.ts'

const page = 'docs/asgiref-parity.md'

const text = readFileSync(join(root, page), 'utf8')
console.log(countsOfParity(text))
const faults = faultsOfParity(text, testsOfFilesIn('packages/core/test/parity'))
for (const fault of faults) console.error(`${page}: ${fault}`)
process.exitCode = faults.length === 0 ? 0 : 1
