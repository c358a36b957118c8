import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))

/** What a reader has to know of the machine to believe the numbers. */
export interface Machine {
  date: string
  cores: number
  node: string
  platform: string
  /** The system's own count of processes that want a core, over the last minute. */
  load: number
  /** The share of all cores that other processes took before the run; `undefined` where the system does not tell. */
  taken: number | undefined
  commit: string
}

export async function describeMachine(): Promise<Machine> {
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    load: loadavg()[0] ?? Number.NaN,
    taken: await shareTaken(500),
    commit: commit(),
  }
}

/** The commit of the core that is measured; marked where its folder holds changes on top. */
function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: here, encoding: 'utf8' }).trim()
  try {
    const changed = git('status', '--porcelain', '--', ':/packages/core/src') !== ''
    return git('rev-parse', '--short', 'HEAD') + (changed ? ' with changes in the core' : '')
  } catch {
    return 'unknown'
  }
}

async function shareTaken(ms: number): Promise<number | undefined> {
  const before = coreTimes()
  await sleep(ms)
  const after = coreTimes()
  if (!before || !after) return undefined
  return 1 - (after.idle - before.idle) / (after.all - before.all)
}

function coreTimes(): { idle: number; all: number } | undefined {
  try {
    const [, ...times] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/)
    const counts = times.slice(0, 8).map(Number)
    const all = counts.reduce((sum, count) => sum + count, 0)
    return { all, idle: (counts[3] ?? 0) + (counts[4] ?? 0) }
  } catch {
    return undefined
  }
}
