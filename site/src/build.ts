// `npm run docs`: the reference from the docstrings, the pages, the site, and whether all of its links lead somewhere.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { faultsOfSite } from './site-faults.ts'
import { stagePages } from './stage-pages.ts'

const site = fileURLToPath(new URL('..', import.meta.url))
const pages = fileURLToPath(new URL('../.pages', import.meta.url))
const built = fileURLToPath(new URL('../dist', import.meta.url))
/** How the tools begin a line that they would not want to be overlooked. */
const WARNING = /^.*(\bwarn(ing)?\b|\(!\)|⚠).*$/gim

/** Runs a tool to its end; where it fails or warns, this process ends with 1. */
function run(name: string, tool: string, bin: string, args: readonly string[]): void {
  console.log(`── ${name}`)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL(bin, import.meta.resolve(`${tool}/package.json`))), ...args],
    { cwd: site, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined } },
  )
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  const warnings = `${stdout}${stderr}`.match(WARNING) ?? []
  if (status === 0 && warnings.length === 0) return
  console.error(`${name}: exit code ${status}, ${warnings.length} warnings`)
  process.exit(1)
}

for (const folder of [pages, built]) rmSync(folder, { recursive: true, force: true })
run('reference', 'typedoc', 'bin/typedoc', ['--options', 'typedoc.json'])
stagePages(pages)
run('site', 'vitepress', 'bin/vitepress.js', ['build', '.'])

console.log('── links')
const { faults, pageCount, linkCount } = faultsOfSite(built)
for (const fault of faults) console.error(fault)
console.log(`${pageCount} pages, ${linkCount} links, ${faults.length} faults`)
console.log(`\n${built}`)
process.exitCode = faults.length === 0 ? 0 : 1
