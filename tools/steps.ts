import { spawnSync } from 'node:child_process'
import { root } from './nx.ts'

/** One thing to check: a command line that exits with 0 if all is well. */
export interface Step {
  name: string
  command: readonly [string, ...string[]]
}

/**
 * Runs steps one after the other, all of them whatever the earlier ones said, and prints a table and a count.
 *
 * @returns The exit code for the whole: 0 if every step passed.
 */
export function runSteps(steps: readonly Step[]): number {
  const rows: string[] = []
  let failed = 0
  for (const { name, command } of steps) {
    console.log(`\n── ${name}: ${command.join(' ')}`)
    const start = performance.now()
    const [file, ...args] = command
    const { status, error } = spawnSync(file, args, {
      cwd: root,
      // npm's commands are command files on Windows, which only a shell can start.
      shell: process.platform === 'win32',
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    if (error) console.error(error.message)
    if (status !== 0) failed++
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    rows.push(`${status === 0 ? 'passed' : 'FAILED'}  ${seconds.padStart(6)} s  ${name}`)
  }
  console.log(`\n${rows.join('\n')}\n\n${steps.length - failed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}
