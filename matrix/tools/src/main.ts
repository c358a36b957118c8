// `npm run matrix:tools`: the program of this folder under every tool, and a table of how it went.
// `npm run matrix:tools -- jest tsx` runs only setups with these words in their names; `--node PATH` runs them on another Node.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { endWithChildren } from '../../../tools/child.ts'
import { runNx } from '../../../tools/nx.ts'
import { runSetup, type Verdict } from './run-setup.ts'
import { setups } from './setups.ts'
import { installPackedLibrary } from './work-folder.ts'

const AT_ONCE = 2

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { node: { type: 'string', default: process.execPath } },
})
const chosen = setups.filter(
  ({ name }) =>
    positionals.length === 0 ||
    positionals.some((word) => name.toLowerCase().includes(word.toLowerCase())),
)
if (chosen.length === 0) throw new Error(`No setup is called ${positionals.join(' or ')}.`)

endWithChildren()
const build = runNx(['build', '@syncbridge/core', '--output-style=static'], { stdio: 'pipe' })
if (build.code !== 0) throw new Error(build.output)
installPackedLibrary()

const nodeVersion = spawnSync(values.node, ['--version'], { encoding: 'utf8' })
  .stdout.slice(1)
  .trim()
console.log(`Node ${nodeVersion}\n`)
const width = Math.max(...chosen.map(({ name }) => name.length))
const verdicts: Verdict[] = []
const queue = chosen.values()
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (const setup of queue) {
      const verdict = await runSetup(setup, values.node, nodeVersion)
      verdicts.push(verdict)
      if (verdict.fault) console.error(`── ${setup.name}: ${verdict.fault}\n`)
    }
  }),
)

for (const setup of chosen) {
  const verdict = verdicts.find((one) => one.setup === setup)
  if (verdict) console.log(rowOf(verdict))
}
const failed = verdicts.filter(({ fault }) => fault).length
const skipped = verdicts.filter((verdict) => verdict.skipped).length
console.log(
  `\n${verdicts.length - failed - skipped} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`,
)
process.exitCode = failed === 0 ? 0 : 1

function rowOf({ setup, version, ms, fault, skipped }: Verdict): string {
  const result = skipped ? `not run: ${skipped}` : fault ? 'FAILED' : 'passed'
  return [
    setup.name.padEnd(width),
    `${setup.tool ?? 'node'} ${version}`.padEnd(28),
    `${(ms / 1000).toFixed(1)} s`.padStart(7),
    result,
  ].join('  ')
}
