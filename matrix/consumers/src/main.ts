// `npm run matrix:consumers`: the packages, packed as they are published, in projects as users have them, installed in fresh folders
// outside the repository, and a table of how each went. `npm run matrix:consumers -- --only bun` takes only rows of that name;
// several words, each with an `--only` of its own, take all that one of them fits.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endWithChildren } from '../../../tools/child.ts'
import { runNx } from '../../../tools/nx.ts'
import { packPackage } from '../../../tools/pack-package.ts'
import { closingLine } from '../../../tools/test-counts.ts'
import type { Consumer } from './consumer.ts'
import { consumers } from './consumers.ts'
import { installProject } from './install-project.ts'
import { runConsumer } from './run-consumer.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', multiple: true, default: [] } },
})
const words = [...values.only, ...positionals].map((word) => word.toLowerCase())
const chosen = consumers.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.toLowerCase().includes(word)),
)
if (chosen.length === 0) {
  console.error(`No consumer is called ${words.join(' or ')}. There are:`)
  for (const { name } of consumers) console.error(`  ${name}`)
  process.exit(2)
}

const work = mkdtempSync(join(tmpdir(), 'syncbridge-consumers-'))
endWithChildren()
process.on('exit', () => rmSync(work, { recursive: true, force: true }))

const projects = ['@syncbridge/core', '@syncbridge/hono', '@syncbridge/nestjs'].join(',')
const build = runNx(['run-many', '-t', 'build', '-p', projects, '--output-style=static'], {
  stdio: 'pipe',
})
if (build.code !== 0) throw new Error(build.output)
const tarballs = Object.fromEntries(
  ['core', 'hono', 'nestjs'].map((folder) => [folder, packPackage(folder, work)]),
)

/** Where each project is installed, or why it could not be. */
const homes = new Map<string, Promise<string>>()
const rows: string[] = []
let failed = 0
for (const consumer of chosen) {
  const began = performance.now()
  const fault = await tryOut(consumer)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  if (fault !== undefined) failed += 1
  rows.push(
    `${fault === undefined ? 'passed' : 'FAILED'}  ${seconds.padStart(6)} s  ${consumer.name}`,
  )
  console.log(rows.at(-1))
  if (fault !== undefined) console.error(`── ${consumer.name} ${fault}\n`)
}
const counts = { passed: chosen.length - failed, failed, skipped: 0 }
console.log(`\n${rows.join('\n')}\n\n${closingLine(counts)}`)
process.exitCode = failed === 0 ? 0 : 1

async function tryOut(consumer: Consumer): Promise<string | undefined> {
  const key = `${consumer.project} ${consumer.manager ?? 'npm'}`
  const home = homes.get(key) ?? installProject(consumer, work, tarballs)
  homes.set(key, home)
  try {
    return await runConsumer(consumer, await home)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
