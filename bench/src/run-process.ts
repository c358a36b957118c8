import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ContenderName } from './contenders/index.ts'
import { type ConditionName, conditions } from './machine/conditions.ts'
import { pinned } from './machine/pin.ts'
import type { Measurements } from './measuring/measurement.ts'

const DEADLINE_MS = 90_000

export interface Job {
  scenario: string
  condition: ConditionName
  contender: ContenderName
  /** Where the copy of this benchmark lies that stands beside the core to measure. */
  bench: string
}

/** The folder of this benchmark in the working tree. */
export const ownBench = fileURLToPath(new URL('..', import.meta.url))

/** Measures one contender once, in a process of its own. */
export function runProcess({ scenario, condition, contender, bench }: Job): Promise<Measurements> {
  const plain = [process.execPath, `${bench}/src/measure.ts`, scenario, condition, contender]
  const command = conditions[condition].pinned ? pinned(plain) : plain
  if (!command) throw new Error('This system has no taskset to pin a process to a core.')
  const [file = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: bench,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
    })
    const result: Buffer[] = []
    const output: Buffer[] = []
    child.stdio[3]?.on('data', (chunk: Buffer) => result.push(chunk))
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(JSON.parse(Buffer.concat(result).toString()))
      const said = Buffer.concat(output).toString().trim()
      const name = `${scenario}, ${condition}, ${contender}`
      reject(new Error(`${name} ended with ${signal ?? code}:\n${said}`))
    })
  })
}
