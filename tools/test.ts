// `npm test`: the tests of every project, never from a cache, and one count at the end.
// `npm test -- core hono` runs only the projects in folders of these names.
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { root, runNx } from './nx.ts'
import {
  addCounts,
  closingLine,
  completeResults,
  type ProjectResult,
  tableOf,
} from './test-counts.ts'

const wanted = process.argv.slice(2)
const projects = globSync(
  [
    'packages/*/package.json',
    'apps/*/package.json',
    'bench/package.json',
    'site/package.json',
    'matrix/*/package.json',
    'tools/project.json',
  ],
  {
    cwd: root,
  },
)
  .map((file) => ({
    folder: dirname(file),
    project: JSON.parse(readFileSync(join(root, file), 'utf8')),
  }))
  // A workspace without tests of its own, such as the consumers', is nothing to run here.
  .filter(({ project }) => 'test' in (project.targets ?? project.nx?.targets ?? {}))
  .map(({ folder, project }) => ({ folder, name: String(project.name) }))
  .filter(({ folder }) => wanted.length === 0 || wanted.includes(basename(folder)))
  .sort((a, b) => a.folder.localeCompare(b.folder))

if (projects.length === 0) {
  console.error(
    `No project in a folder named ${wanted.join(' or ')} under packages, apps, bench, matrix, site or tools.`,
  )
  process.exit(1)
}

const reports = mkdtempSync(join(tmpdir(), 'syncbridge-results-'))
const { code } = runNx(
  [
    ...['run-many', '-t', 'test', '-p', projects.map(({ name }) => name).join(',')],
    // One project at a time: tests of two projects would fight for the cores and miss deadlines.
    ...['--parallel=1', '--output-style=stream', '--nxBail=false'],
  ],
  {
    env: {
      SYNCBRIDGE_TEST_RESULTS: reports,
      // nx would force colours even into a file.
      ...(process.stdout.isTTY ? {} : { FORCE_COLOR: '0' }),
    },
  },
)
const reported = globSync('*.json', { cwd: reports }).map(
  (file): ProjectResult => JSON.parse(readFileSync(join(reports, file), 'utf8')),
)
rmSync(reports, { recursive: true })

const results = completeResults(
  projects.map(({ folder }) => folder),
  reported,
)
const counts = addCounts(results)
if (code !== 0 && counts.failed === 0) counts.failed = 1
if (counts.failures) console.log(`\n${counts.failures.join('\n\n')}`)
console.log(`\n${tableOf(results)}\n\n${closingLine(counts)}`)
process.exitCode = counts.failed === 0 ? 0 : 1
