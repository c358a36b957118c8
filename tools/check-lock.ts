// The lock file must fit any registry: it names versions and hashes, never an address.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './nx.ts'

interface LockedPackage {
  integrity?: string
  link?: boolean
  resolved?: string
}

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>
}
const problems = Object.entries(lock.packages)
  .filter(([path]) => path.includes('node_modules/'))
  .filter(([, { link }]) => !link)
  .flatMap(([path, { integrity, resolved }]) => [
    ...(resolved ? [`${path} names the address ${resolved}`] : []),
    ...(integrity ? [] : [`${path} has no integrity hash`]),
  ])
for (const problem of problems) console.error(`package-lock.json: ${problem}`)
if (problems.length > 0) {
  console.error('Remedy: delete node_modules and package-lock.json and run `npm install` here.')
  process.exitCode = 1
}
