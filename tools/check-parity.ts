// docs/asgiref-parity.md answers every row of asgiref's contract, by tests that exist and run.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './nx.ts'
import { countsOfParity, faultsOfParity, type TitledTest, testsIn } from './parity.ts'

const page = 'docs/asgiref-parity.md'
/** The page names files of this folder by their names, others by their place in the repository. */
const home = 'packages/core/test/parity'

const known = new Map<string, TitledTest[] | undefined>()
function testsOf(file: string): TitledTest[] | undefined {
  if (!known.has(file)) {
    const path = [join(root, home, file), join(root, file)].find((place) => existsSync(place))
    known.set(file, path === undefined ? undefined : testsIn(readFileSync(path, 'utf8')))
  }
  return known.get(file)
}

const text = readFileSync(join(root, page), 'utf8')
console.log(countsOfParity(text))
const faults = faultsOfParity(text, testsOf)
for (const fault of faults) console.error(`${page}: ${fault}`)
process.exitCode = faults.length === 0 ? 0 : 1
