import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runInGroup } from '../../tools/child.ts'
import type { ContenderName } from './contenders/index.ts'
import { type ConditionName, conditions } from './machine/conditions.ts'
import { pinned } from './machine/pin.ts'
import type { Measurements } from './measuring/measurement.ts'
import type { Scenario } from './scenarios/scenario.ts'

const DEADLINE_MS = 90_000
const LONG_DEADLINE_MS = 1_800_000

export interface Job {
  scenario: Scenario
  condition: ConditionName
  contender: ContenderName
  /** The folder of the benchmark that stands beside the core to measure. */
  bench: string
}

/** The folder of this benchmark in the working tree. */
export const ownBench = fileURLToPath(new URL('..', import.meta.url))

/**
 * Measures one contender once, in a process of its own.
 * @throws Error with what the process said, where it failed or did not end in time.
 */
export async function runProcess(job: Job): Promise<Measurements> {
  const { scenario, condition, contender, bench } = job
  const script = join(bench, 'src/measure.ts')
  const plain = [process.execPath, script, scenario.name, condition, contender]
  const command = conditions[condition].pinned ? pinned(plain) : plain
  if (!command) throw new Error('This system has no taskset to pin a process to a core.')
  const [file = '', ...args] = command
  const folder = mkdtempSync(join(tmpdir(), 'syncbridge-bench-result-'))
  const result = join(folder, 'result.json')
  const descriptor = openSync(result, 'w')
  const output: Buffer[] = []
  try {
    const { code, late } = await runInGroup(file, args, {
      cwd: bench,
      deadline: scenario.long ? LONG_DEADLINE_MS : DEADLINE_MS,
      stdio: ['ignore', 'pipe', 'pipe', descriptor],
      onOutput: (chunk) => output.push(chunk),
    })
    if (code === 0) return JSON.parse(readFileSync(result, 'utf8'))
    const how = late ? 'did not end in time' : `ended with ${code}`
    throw new Error(
      `${scenario.name}, ${condition}, ${contender} ${how}:\n${Buffer.concat(output).toString()}`,
    )
  } finally {
    closeSync(descriptor)
    rmSync(folder, { recursive: true })
  }
}
