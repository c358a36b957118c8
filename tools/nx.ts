import { type StdioOptions, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The folder of the whole repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs nx to its end, in this process's group, so that Ctrl-C reaches it.
 *
 * @returns The exit code, and what nx printed where `stdio` is `pipe`.
 */
export function runNx(
  args: readonly string[],
  { stdio = 'inherit', env = {} }: { stdio?: StdioOptions; env?: NodeJS.ProcessEnv } = {},
): { code: number; output: string } {
  const nx = fileURLToPath(import.meta.resolve('nx/bin/nx.js'))
  const { status, stdout, stderr } = spawnSync(process.execPath, [nx, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio,
  })
  return { code: status ?? 1, output: `${stdout ?? ''}${stderr ?? ''}` }
}

/** Builds a project and what it depends on; where that fails, this process ends as nx did. */
export function buildOrExit(project: string): void {
  const { code } = runNx(['run', `${project}:build`, '--output-style=static'])
  if (code !== 0) process.exit(code)
}
