// `npm run release:rehearse`: a whole release, to a registry on loopback. Versions, changelogs, builds and publishing by the scripts of
// the real one; then all packages are installed in a fresh folder, and the first example of the installed README runs.
//
// All of it happens to a clone of the last commit in a temporary folder, which goes when this process ends, also where a step failed
// or Ctrl-C came. The work tree, its tags and the user's npm settings are never touched.
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { endWithChildren, runAndRead } from '../child.ts'
import { root } from '../nx.ts'
import { userEnvironment } from '../user-environment.ts'
import { startRegistry } from './loopback-registry.ts'

const STEP_DEADLINE_MS = 600_000

interface Manifest {
  name: string
  version: string
}

const work = mkdtempSync(join(tmpdir(), 'syncbridge-release-'))
const clone = join(work, 'clone')
endWithChildren()
// What was just killed may still be writing.
process.on('exit', () => rmSync(work, { recursive: true, force: true, maxRetries: 10 }))

const before = stateOf(root)
const steps: Array<[name: string, done: string]> = []
let stop: (() => Promise<void>) | undefined
try {
  await step('clone', async () => {
    await run('git', ['clone', '--quiet', '--no-tags', root, clone], work)
    await install(clone)
    return `commit ${git(clone, 'rev-parse', '--short', 'HEAD')}`
  })
  await step('version', async () => {
    const from = versionOf(manifests())
    await run('npm', ['run', '--silent', 'release:version'], clone)
    const to = versionOf(manifests())
    if (from === to) return `${from}, which waits to be published: there is no changeset`
    await run('git', ['commit', '--quiet', '--all', '--no-verify', '-m', 'Version Packages'], clone)
    return `${from} → ${to}`
  })
  const url = await step('registry', async () => {
    const registry = await startRegistry(join(work, 'registry'), install)
    stop = registry.stop
    return registry.url
  })
  const settings = join(work, 'npmrc')
  writeFileSync(settings, `registry=${url}\n${url.replace('http:', '')}:_authToken=nobody\n`)
  await step('publish', async () => {
    const publish = ['run', '--silent', 'release:publish', '--', '--without-provenance']
    await run('npm', publish, clone, {
      NPM_CONFIG_USERCONFIG: settings,
      npm_config_registry: url,
    })
    const published = await Promise.all(
      [...manifests().values()].map(async ({ name, version }) => {
        const answer = await fetch(`${url}${name}/${version}`)
        if (!answer.ok) throw new Error(`${name}@${version} is not at the registry`)
        return `${name}@${version}`
      }),
    )
    return published.join(', ')
  })
  const home = join(work, 'fresh')
  await step('install', async () => {
    mkdirSync(home)
    writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }\n')
    // Ours from the rehearsal, and what others made from wherever the user gets it.
    writeFileSync(join(home, '.npmrc'), `@syncbridge:registry=${url}\naudit=false\nfund=false\n`)
    const names = [...manifests().values()].map(({ name }) => name)
    await run('npm', ['install', '--loglevel=error', ...names], home)
    await run('npm', ['ls', ...names], home)
    return names.join(', ')
  })
  await step('first example', async () => {
    const readme = readFileSync(join(home, 'node_modules/@syncbridge/core/README.md'), 'utf8')
    const [, example] = /```js\n(.*?)```/s.exec(readme) ?? []
    if (!example) throw new Error('The README of the core has no example')
    writeFileSync(join(home, 'example.js'), example)
    const output = await run(process.execPath, ['example.js'], home)
    if (!/^\[(\s*'[0-9a-f]{128}',?){3}\s*\]\s*$/.test(output))
      throw new Error(`The first example printed something else:\n${output}`)
    return '3 hashes'
  })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await stop?.()
}
if (stateOf(root) !== before) {
  console.error('The work tree, its commit or its tags have changed meanwhile.')
  process.exitCode = 1
}
const width = Math.max(...steps.map(([name]) => name.length))
console.log(`\n${steps.map(([name, done]) => `${name.padEnd(width)}  ${done}`).join('\n')}`)
console.log(`\n${steps.length} passed, ${process.exitCode ? 1 : 0} failed`)

async function step(name: string, body: () => Promise<string>): Promise<string> {
  console.log(`\n── ${name}`)
  const began = performance.now()
  const done = await body()
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(done)
  steps.push([name, `${seconds.padStart(6)} s  ${done}`])
  return done
}

async function install(folder: string): Promise<void> {
  await run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], folder)
}

/** @returns What it printed. @throws Error with that, if it fails or takes too long. */
async function run(
  command: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { code, late, output } = await runAndRead(command, args, {
    cwd,
    deadline: STEP_DEADLINE_MS,
    env: { ...ownEnvironment(), ...env },
    shell: process.platform === 'win32',
  })
  if (code === 0) return output
  throw new Error(
    `${command} ${args.join(' ')} ${late ? 'was too slow' : `ended with ${code}`}\n${output}`,
  )
}

/** A user's, who is not at work on this repository, with a name for commits. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const bin = join(root, 'node_modules/.bin')
  const kept = Object.entries(userEnvironment()).filter(([name]) => !/^(GIT_|GITHUB_)/.test(name))
  const who = { NAME: 'rehearsal', EMAIL: 'rehearsal@localhost' }
  return {
    ...Object.fromEntries(kept),
    // Never this repository's commands in place of the clone's.
    PATH: [
      dirname(process.execPath),
      ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== bin),
    ].join(delimiter),
    GIT_AUTHOR_NAME: who.NAME,
    GIT_AUTHOR_EMAIL: who.EMAIL,
    GIT_COMMITTER_NAME: who.NAME,
    GIT_COMMITTER_EMAIL: who.EMAIL,
  }
}

/** Of the clone, by their files. */
function manifests(): Map<string, Manifest> {
  const files = globSync('packages/*/package.json', { cwd: clone }).sort()
  return new Map(
    files.map((file) => [join(clone, file), JSON.parse(readFileSync(join(clone, file), 'utf8'))]),
  )
}

function versionOf(all: Map<string, Manifest>): string {
  const versions = new Set([...all.values()].map(({ version }) => version))
  if (versions.size !== 1) throw new Error(`The packages have several versions: ${[...versions]}`)
  return [...versions].join()
}

function stateOf(folder: string): string {
  return [['rev-parse', 'HEAD'], ['tag'], ['status', '--porcelain']]
    .map((args) => git(folder, ...args))
    .join('\n')
}

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim()
}
