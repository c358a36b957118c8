// docs/tools.md says for each setup what it needs: for those that the matrix runs, all of them, and no other.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../../tools/nx.ts'
import { faultsOfPage } from './page.ts'
import { setups } from './setups.ts'

const page = 'docs/tools.md'
const faults = faultsOfPage(
  readFileSync(join(root, page), 'utf8'),
  setups.map(({ name }) => name),
)
for (const fault of faults) console.error(`${page}: ${fault}`)
process.exitCode = faults.length === 0 ? 0 : 1
