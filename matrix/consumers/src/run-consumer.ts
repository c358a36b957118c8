import { existsSync, readdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { runAndRead } from '../../../tools/child.ts'
import { bunRuntime, denoRuntime, install } from '../../../tools/runtimes.ts'
import { type Consumer, shopOutput } from './consumer.ts'

const STEP_DEADLINE_MS = 120_000

/** Runs the steps of a consumer in its folder. @returns What went wrong, with all that was printed; undefined if nothing did. */
export async function runConsumer(consumer: Consumer, home: string): Promise<string | undefined> {
  const { steps, expect = shopOutput, exitCode = 0, env = {} } = consumer
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1
    const { code, late, output } = await run(step, home, env)
    const told = `${step.join(' ')}\n${output}`
    if (late) return `did not end within ${STEP_DEADLINE_MS / 1000} s: ${told}`
    if (code !== (isLast ? exitCode : 0)) return `ended with ${code}: ${told}`
    if (!isLast) continue
    const isExpected =
      // A runtime may warn of what is its own affair.
      typeof expect === 'string' ? output.split('\n').includes(expect) : expect.test(output)
    if (!isExpected) return `did not print ${expect}: ${told}`
  }
  return undefined
}

async function run(
  [command, ...args]: readonly [string, ...string[]],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; late: boolean; output: string }> {
  const bin = join(cwd, 'node_modules/.bin')
  const { output, ...ending } = await runAndRead(fileOf(command, bin), args, {
    cwd,
    deadline: STEP_DEADLINE_MS,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      NO_COLOR: '1',
      ...env,
      // The project's commands start `node` by its name: it shall be ours.
      PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
    },
    shell: process.platform === 'win32',
  })
  return { ...ending, output: stripVTControlCharacters(output) }
}

function fileOf(command: string, bin: string): string {
  if (command === 'node') return process.execPath
  if (command === 'bun') return install(bunRuntime).path
  if (command === 'deno') return install(denoRuntime).path
  const file = join(bin, command)
  if (existsSync(file)) return file
  throw new Error(`${command} is not among ${existsSync(bin) ? readdirSync(bin).join(', ') : bin}`)
}
