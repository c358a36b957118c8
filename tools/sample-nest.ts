// `npm run sample:nest -- [FOLDER]`: an application of Nest that nobody here wrote, taken as it is, passes its own tests; with
// SyncbridgeModule added to its src/app.module.ts, and nothing else changed, it still does.
//
// FOLDER is a sample of Nest's repository, or any other application with the scripts `test` or `test:e2e`. Without one, it is what
// Nest's own command line makes of `nest new`. It is copied and installed elsewhere; FOLDER itself stays as it is.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { addToModule } from './add-to-module.ts'
import { endWithChildren, runInGroup } from './child.ts'
import { buildOrExit } from './nx.ts'
import { packPackage, unpackInto } from './pack-package.ts'
import { closingLine } from './test-counts.ts'

const CLI = '@nestjs/cli@12.0.8'
const DEADLINE_MS = 600_000
const SCRIPTS = ['test', 'test:e2e']

const [given] = process.argv.slice(2)
const work = mkdtempSync(join(tmpdir(), 'syncbridge-sample-nest-'))
const home = join(work, 'sample')

async function run(command: string, args: string[], cwd: string): Promise<boolean> {
  const { code } = await runInGroup(command, args, {
    cwd,
    deadline: DEADLINE_MS,
    env: { ...process.env, CI: 'true', NODE_OPTIONS: '' },
    shell: process.platform === 'win32',
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return code === 0
}

async function must(command: string, args: string[], cwd: string): Promise<void> {
  if (!(await run(command, args, cwd))) throw new Error(`failed: ${command} ${args.join(' ')}`)
}

async function takeSample(): Promise<void> {
  if (given) cpSync(resolve(given), home, { filter: isSource, recursive: true })
  else {
    const args = ['new', 'sample', '--skip-install', '--skip-git', '-p', 'npm']
    await must('npx', ['--yes', CLI, ...args], work)
  }
  const install = existsSync(join(home, 'package-lock.json')) ? 'ci' : 'install'
  await must('npm', [install, '--no-audit', '--no-fund'], home)
}

function isSource(path: string): boolean {
  return !/[/\\](node_modules|dist|coverage)$/.test(path)
}

/** The scripts that the application has and that find a test. */
function scriptsOf(): string[] {
  const { scripts = {} } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  return SCRIPTS.filter((name) => name in scripts)
}

endWithChildren()
process.on('exit', () => rmSync(work, { force: true, recursive: true }))

buildOrExit('@syncbridge/nestjs')
await takeSample()
const names = scriptsOf()
const before = new Map<string, boolean>()
for (const name of names) before.set(name, await run('npm', ['run', name], home))
// A sample may have the one kind of tests and only the script of the other.
const passing = names.filter((name) => before.get(name))
if (passing.length === 0) throw new Error('none of the application’s own tests passes as it is')

unpackInto(home, '@syncbridge/core', packPackage('core', work))
unpackInto(home, '@syncbridge/nestjs', packPackage('nestjs', work))
const module = join(home, 'src/app.module.ts')
writeFileSync(module, addToModule(readFileSync(module, 'utf8')))
let failed = 0
const lines: string[] = []
for (const name of names) {
  const isRun = before.get(name) ?? false
  const after = isRun && (await run('npm', ['run', name], home))
  if (isRun && !after) failed += 1
  const tell = (passed: boolean) => (passed ? 'passed' : 'FAILED')
  lines.push(
    `${name.padEnd(10)}  as it is: ${tell(isRun)}  with the module: ${isRun ? tell(after) : 'not run'}`,
  )
}
console.log(`\n${given ?? `nest new (${CLI})`}\n${lines.join('\n')}`)
console.log(
  `\n${closingLine({ failed, passed: passing.length - failed, skipped: names.length - passing.length })}`,
)
process.exitCode = failed === 0 ? 0 : 1
