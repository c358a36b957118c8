import { type ChildProcess, spawn } from 'node:child_process'

/** Ends by itself, should nobody be left to end it. */
const HOG_DEADLINE_MS = 60_000

const program = `const end = Date.now() + ${HOG_DEADLINE_MS}; while (Date.now() < end);`

/** Starts `count` processes that compute all the time. */
export function startHogs(count: number): { end(): void } {
  const hogs: ChildProcess[] = []
  for (let index = 0; index < count; index++) {
    hogs.push(spawn(process.execPath, ['-e', program], { stdio: 'ignore' }))
  }
  const end = () => {
    for (const hog of hogs) hog.kill('SIGKILL')
    process.off('exit', end)
  }
  process.on('exit', end)
  return { end }
}
