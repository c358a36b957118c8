/** Watches over a program from outside: one that says nothing for too long hangs, and is ended. */
import { spawn } from 'node:child_process'

/** Of what it complains, the end is kept. */
const MOST_ERRORS = 10_000

/**
 * @param {string[]} args For Node: the program and its arguments.
 * @param {{ silence: number, onLine: (line: string) => boolean, input?: unknown, env?: Record<string, string> }} options How long it may say nothing, in ms; what
 * becomes of its lines: those that `onLine` does not know are complaints; and what it reads, as JSON.
 * @returns {Promise<{ code: number | null, signal: string | null, late: boolean, errors: string }>}
 */
export function supervise(args, { silence, onLine, input, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    let errors = ''
    let rest = ''
    let late = false
    const complain = (text) => {
      errors = (errors + text).slice(-MOST_ERRORS)
    }
    const kill = () => {
      late = true
      child.kill('SIGKILL')
    }
    let watch = setTimeout(kill, silence)
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      clearTimeout(watch)
      watch = setTimeout(kill, silence)
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()
      for (const line of lines) if (!onLine(line)) complain(`${line}\n`)
    })
    child.stderr.setEncoding('utf8').on('data', complain)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(watch)
      resolve({ code, signal, late, errors })
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(JSON.stringify(input))
  })
}
