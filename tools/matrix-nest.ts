// `npm run matrix:nest`: @syncbridge/nestjs, packed as users get it, in applications of Nest 11 (CommonJS, Jest) and Nest 12 (ES
// modules, Vitest), each on Express and on Fastify.
//
// A row has two parts. *Application*: the one in matrix/nest/app, compiled as such applications are, and tested by their
// runner. *Sockets*: the crossing tests of the package, with that Nest in place of ours. Arguments pick rows: `11`, `fastify`.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endWithChildren, runInGroup } from './child.ts'
import { installNestApplication } from './nest-application.ts'
import { buildOrExit, root } from './nx.ts'
import { packPackage } from './pack-package.ts'
import { addCounts, closingLine, judgeRun, type TestCounts } from './test-counts.ts'

const TEST_DEADLINE_MS = 900_000

interface Nest {
  readonly major: '11' | '12'
  readonly format: string
  readonly runner: 'Jest' | 'Vitest'
}
interface Row {
  readonly nest: Nest
  readonly platform: 'Express' | 'Fastify'
}
type Verdict = TestCounts & { remark?: string | undefined }

const nests: readonly Nest[] = [
  { format: 'CommonJS', major: '11', runner: 'Jest' },
  { format: 'ES modules', major: '12', runner: 'Vitest' },
]
const platforms = ['Express', 'Fastify'] as const

/** Test files of the package that are about one platform; the others run on both. */
const ofPlatform = { Express: ['express', 'logger', 'module'], Fastify: ['fastify', 'graphql'] }
const onBoth = ['containers', 'health', 'microservice', 'shutdown', 'threads', 'websockets']

const wanted = process.argv.slice(2).map((word) => word.toLowerCase())
const rows: Row[] = nests
  .flatMap((nest) => platforms.map((platform) => ({ nest, platform })))
  .filter(({ nest, platform }) =>
    wanted.every((word) => word === nest.major || word === platform.toLowerCase()),
  )
const work = mkdtempSync(join(tmpdir(), 'syncbridge-matrix-nest-'))
const results = join(work, 'results')
mkdirSync(results)

/** An application's folder, in which the package's own crossing tests can run, too. */
async function install({ major, format }: Nest, tarballs: Record<string, string>): Promise<string> {
  const home = await installNestApplication(major, work, tarballs)
  cpSync(join(root, 'packages/nestjs/test'), join(home, 'test'), { recursive: true })
  // The crossing tests are ES modules, whatever the application is.
  writeFileSync(join(home, 'test/package.json'), '{ "type": "module" }\n')
  console.log(`Nest ${major} is installed, and the application compiled to ${format}`)
  return home
}

async function testApplication(home: string, { nest, platform }: Row): Promise<Verdict> {
  const report = join(results, `application-${nest.major}-${platform}.json`)
  const [file, args] =
    nest.runner === 'Jest'
      ? ['jest/bin/jest.js', ['--json', `--outputFile=${report}`]]
      : [
          'vitest/vitest.mjs',
          ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
        ]
  const { code } = await runInGroup(process.execPath, [join(home, 'node_modules', file), ...args], {
    cwd: home,
    deadline: TEST_DEADLINE_MS,
    env: {
      ...process.env,
      // Not set by the tests themselves: Jest gives them a copy of the environment, and threads have the process's.
      LEDGER_FILE: join(work, `ledger-${nest.major}-${platform}.db`),
      NEST_PLATFORM: platform.toLowerCase(),
      NODE_OPTIONS: '',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return judgeRun(nest.runner, countsIn(report), code)
}

async function testSockets(home: string, { nest, platform }: Row): Promise<Verdict> {
  const folder = join(results, `sockets-${nest.major}-${platform}`)
  mkdirSync(folder)
  const files = [...ofPlatform[platform], ...onBoth].map((name) => join('test', `${name}.test`))
  const runner = fileURLToPath(new URL('test-project.ts', import.meta.url))
  const { code } = await runInGroup(process.execPath, [runner, home, ...files], {
    cwd: home,
    deadline: TEST_DEADLINE_MS,
    env: {
      ...process.env,
      NEST_PLATFORM: platform.toLowerCase(),
      SYNCBRIDGE_TEST_RESULTS: folder,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return judgeRun('node:test', reportIn(folder), code)
}

function reportIn(folder: string): TestCounts | undefined {
  const [file] = readdirSync(folder)
  return file === undefined ? undefined : JSON.parse(readFileSync(join(folder, file), 'utf8'))
}

/** What Jest and Vitest both report. */
function countsIn(report: string): TestCounts | undefined {
  try {
    const { numFailedTests, numPassedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    return {
      failed: numFailedTests,
      passed: numPassedTests,
      skipped: numPendingTests + numTodoTests,
    }
  } catch {
    return undefined
  }
}

function printTable(verdicts: ReadonlyMap<Row, { application: Verdict; sockets: Verdict }>): void {
  const cell = ({ passed, failed, remark }: Verdict) =>
    `${passed} passed, ${failed} failed${remark ? ` (${remark})` : ''}`
  const lines = [
    ['Nest', 'platform', 'application', 'sockets'],
    ...[...verdicts].map(([{ nest, platform }, { application, sockets }]) => [
      `${nest.major} (${nest.format}, ${nest.runner})`,
      platform,
      cell(application),
      cell(sockets),
    ]),
  ]
  const widths = [0, 1, 2, 3].map((at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  console.log('')
  for (const line of lines)
    console.log(line.map((text, at) => text.padEnd(widths[at] ?? 0)).join('  '))
}

endWithChildren()
process.on('exit', () => rmSync(work, { force: true, recursive: true }))

if (rows.length === 0) throw new Error(`No row is called ${wanted.join(' ')}`)
buildOrExit('@syncbridge/nestjs')
const tarballs = {
  '@syncbridge/core': packPackage('core', work),
  '@syncbridge/nestjs': packPackage('nestjs', work),
}
const homes = new Map<Nest, string>()
for (const nest of new Set(rows.map((row) => row.nest)))
  homes.set(nest, await install(nest, tarballs))
const verdicts = new Map<Row, { application: Verdict; sockets: Verdict }>()
for (const row of rows) {
  const home = homes.get(row.nest) ?? ''
  console.log(`\n── Nest ${row.nest.major} on ${row.platform}`)
  const application = await testApplication(home, row)
  verdicts.set(row, { application, sockets: await testSockets(home, row) })
}
printTable(verdicts)
const counts = addCounts(
  [...verdicts.values()].flatMap(({ application, sockets }) => [application, sockets]),
)
console.log(`\n${closingLine(counts)}`)
process.exitCode = counts.failed === 0 ? 0 : 1
