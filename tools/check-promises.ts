// Each sentence of these pages that promises something is held by a test that exists and runs, or says why by none.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './nx.ts'
import { countsOfPromises, faultsOfPromises } from './promises.ts'
import { testsOfFilesIn } from './tests-of.ts'

const pages = {
  'threads-and-order': 'docs/threads-and-order.md',
  lifecycle: 'docs/lifecycle.md',
  errors: 'docs/errors.md',
  values: 'docs/values.md',
  security: 'SECURITY.md',
}

const testsOf = testsOfFilesIn('packages/core/test')

const textOf = (file: string) => readFileSync(join(root, file), 'utf8')
let isWrong = false
for (const [name, page] of Object.entries(pages)) {
  const list = textOf(`tools/promises/${name}.txt`)
  const { tested, untested } = countsOfPromises(list)
  console.log(`${page}: ${tested} promises with tests, ${untested} that need none`)
  for (const fault of faultsOfPromises(textOf(page), list, testsOf)) {
    console.error(`tools/promises/${name}.txt: ${fault}`)
    isWrong = true
  }
}
process.exitCode = isWrong ? 1 : 0
