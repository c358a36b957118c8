// The changes that wait for a release can be released, and the packages of the house go together.
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { faultsOfChangeset } from './changeset.ts'
import { root } from './nx.ts'

const read = (file: string) => readFileSync(join(root, file), 'utf8')
const packages = globSync('packages/*/package.json', { cwd: root })
  .map((file) => JSON.parse(read(file)) as { name: string; version: string })
  .sort((a, b) => a.name.localeCompare(b.name))
const names = packages.map(({ name }) => name)

const faults = globSync('.changeset/*.md', { cwd: root })
  .filter((file) => basename(file) !== 'README.md')
  .flatMap((file) => faultsOfChangeset(read(file), names).map((fault) => `${file} ${fault}`))
const fixed: string[][] = JSON.parse(read('.changeset/config.json')).fixed
if (names.join() !== fixed.flat().sort().join()) {
  faults.push(`.changeset/config.json: the fixed group should be ${names.join(', ')}`)
}
if (new Set(packages.map(({ version }) => version)).size > 1) {
  faults.push('packages/*/package.json: the versions differ, and the house has one version')
}
for (const fault of faults) console.error(fault)
process.exitCode = faults.length === 0 ? 0 : 1
