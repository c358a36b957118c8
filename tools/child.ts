import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { constants } from 'node:os'

/** How a child process ended. */
export interface Ending {
  /** Its exit code, or as a shell has it 128 plus the number of the signal that ended it. */
  code: number
  /** Whether its deadline ended it. */
  late: boolean
}

const running = new Set<ChildProcess>()

/**
 * Runs a command in a process group of its own and waits for its end.
 *
 * Whatever is left of the group is killed when the command ends or passes its deadline, so a test that hangs or leaks
 * a process can do neither to the run.
 *
 * @param options Those of `spawn`, and `deadline` in milliseconds.
 */
export function runInGroup(
  command: string,
  args: readonly string[],
  {
    deadline,
    onOutput,
    ...options
  }: SpawnOptions & {
    deadline: number
    onOutput?: (chunk: Buffer) => void
  },
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' })
    let late = false
    running.add(child)
    const timer = setTimeout(() => {
      late = true
      killGroup(child, 'SIGKILL')
    }, deadline)
    if (onOutput) {
      child.stdout?.on('data', onOutput)
      child.stderr?.on('data', onOutput)
    }
    child.once('error', reject)
    child.once('exit', () => killGroup(child, 'SIGKILL'))
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      running.delete(child)
      resolve({ code: exitCodeOf(code, signal), late })
    })
  })
}

/**
 * The same, and what it printed, on both streams, as it came.
 *
 * @param options Those of `runInGroup`.
 */
export async function runAndRead(
  command: string,
  args: readonly string[],
  options: Omit<SpawnOptions, 'stdio'> & { deadline: number },
): Promise<Ending & { output: string }> {
  const chunks: Buffer[] = []
  const ending = await runInGroup(command, args, {
    ...options,
    onOutput: (chunk) => chunks.push(chunk),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { ...ending, output: Buffer.concat(chunks).toString() }
}

/** Makes Ctrl-C and `kill` end the children too: in groups of their own, the terminal does not reach them. */
export function endWithChildren(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      for (const child of running) killGroup(child, 'SIGKILL')
      process.exit(exitCodeOf(null, signal))
    })
  }
}

/** The code a shell would report for a process that ended with this code or by this signal. */
export function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  if (code !== null) return code
  return signal ? 128 + constants.signals[signal] : 1
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal)
  } catch {
    // The group is empty already, which is what was wanted.
  }
}
