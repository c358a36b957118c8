import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { runAndRead } from '../../../tools/child.ts'
import { root } from '../../../tools/nx.ts'
import { expectedResults } from './expected-results.ts'
import type { Setup } from './setup.ts'
import { writeProgram } from './work-folder.ts'

const DEADLINE_MS = 120_000
/** The tests in `program/test`. */
const TESTS = 9

export interface Verdict {
  readonly setup: Setup
  readonly version: string
  readonly ms: number
  /** What went wrong; undefined if nothing did. */
  readonly fault?: string
  /** Why it was not run. */
  readonly skipped?: string
}

/** Runs one setup on the Node at `node`. */
export async function runSetup(setup: Setup, node: string, nodeVersion: string): Promise<Verdict> {
  const version = setup.tool ? versionOf(setup.tool) : nodeVersion
  if (setup.node && !isAtLeast(nodeVersion, setup.node))
    return { setup, version, ms: 0, skipped: `needs Node ${setup.node}` }
  const began = performance.now()
  const fault = await tryOut(setup, node)
  return { setup, version, ms: performance.now() - began, ...(fault && { fault }) }
}

async function tryOut(setup: Setup, node: string): Promise<string | undefined> {
  const folder = writeProgram(setup)
  for (const command of setup.build ?? []) {
    const { code, output } = await run(command, folder, process.execPath, {})
    if (code !== 0) return `${command.join(' ')} ended with ${code}\n${output}`
  }
  const report = join(folder, 'report.json')
  // Of the machine's making, not of the bridge's: the runners' own five seconds are few where others use the cores, too.
  const patience = `--testTimeout=${DEADLINE_MS / 2}`
  const reporting = {
    program: [],
    jest: [patience, '--json', `--outputFile=${report}`],
    vitest: [patience, '--reporter=json', `--outputFile=${report}`],
  }[setup.kind]
  const { code, late, output } = await run([...setup.run, ...reporting], folder, node, setup.env)
  if (late) return `did not end within ${DEADLINE_MS / 1000} s\n${output}`
  if (code !== 0) return `ended with ${code}\n${output}`
  return setup.kind === 'program' ? judgeOutput(output) : judgeReport(report)
}

function judgeOutput(output: string): string | undefined {
  const line = output.split('\n').find((text) => text.startsWith('{'))
  const results: unknown = line && JSON.parse(line)
  return isDeepStrictEqual(results, expectedResults)
    ? undefined
    : `the program printed something else\n${output}`
}

function judgeReport(report: string): string | undefined {
  const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(report, 'utf8'))
  return numPassedTests === TESTS && numTotalTests === TESTS
    ? undefined
    : `${numPassedTests} of ${numTotalTests} tests passed, expected ${TESTS}`
}

async function run(
  [command = '', ...args]: readonly string[],
  cwd: string,
  node: string,
  env: Readonly<Record<string, string>> | undefined,
): Promise<{ code: number; late: boolean; output: string }> {
  const [file, line] =
    command === 'node'
      ? [node, args]
      : isNative(command)
        ? [commandFile(command), args]
        : [node, [commandFile(command), ...args]]
  return runAndRead(file, line, {
    cwd,
    deadline: DEADLINE_MS,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      // Commands that start `node` shall start this one.
      PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
      FORCE_COLOR: '0',
      ...env,
    },
  })
}

const require = createRequire(import.meta.url)

interface Manifest {
  version: string
  bin?: string | Record<string, string>
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(join(folderOf(name), 'package.json'), 'utf8'))
}

function folderOf(name: string): string {
  for (const base of require.resolve.paths(name) ?? []) {
    try {
      readFileSync(join(base, name, 'package.json'))
      return join(base, name)
    } catch {
      // Not here: further up.
    }
  }
  throw new Error(`${name} is not installed under ${root}`)
}

function versionOf(name: string): string {
  return manifestOf(name).version
}

/** Its command is a program of the system's own. */
const isNative = (command: string) => command === 'esbuild'

/** The file behind a command, to be run by any Node. */
function commandFile(command: string): string {
  const name = command === 'tsc' ? 'typescript' : command
  const { bin } = manifestOf(name)
  const file = typeof bin === 'string' ? bin : bin?.[command]
  if (!file) throw new Error(`${name} has no command ${command}`)
  return join(folderOf(name), file)
}

function isAtLeast(version: string, minimum: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = minimum.split('.').map(Number)
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}
