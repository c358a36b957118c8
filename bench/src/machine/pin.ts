import { spawnSync } from 'node:child_process'

let core: string | undefined | null = null

/** The command line that runs on one core only; `undefined` where the system has no `taskset`. */
export function pinned(command: readonly string[]): string[] | undefined {
  if (core === null) core = firstCore()
  return core === undefined ? undefined : ['taskset', '-c', core, ...command]
}

/** Not always 0: a container may have been given others. */
function firstCore(): string | undefined {
  const { status, stdout } = spawnSync('taskset', ['-cp', String(process.pid)], {
    encoding: 'utf8',
  })
  return status === 0 ? /:\s*(\d+)/.exec(stdout)?.[1] : undefined
}
