/** Watches over `soak.js` from outside: one that says nothing for too long hangs, and is ended. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./soak.js', import.meta.url))
const SILENCE_MS = 60_000

/** @returns {Promise<{ report?: object, faults: string[] }>} */
export function superviseSoak(seconds, seed, onBeat = () => {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, String(seconds), String(seed)], {
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let report
    let errors = ''
    let rest = ''
    let late = false
    const kill = () => {
      late = true
      child.kill('SIGKILL')
    }
    let watch = setTimeout(kill, SILENCE_MS)
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      clearTimeout(watch)
      watch = setTimeout(kill, SILENCE_MS)
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()
      for (const line of lines) {
        if (line.startsWith('done ')) report = JSON.parse(line.slice('done '.length))
        else if (line.startsWith('beat ')) onBeat(line.slice('beat '.length))
        else errors += `${line}\n`
      }
    })
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      errors = (errors + chunk).slice(-10_000)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(watch)
      const faults = [...(report?.faults ?? [])]
      if (late)
        faults.push(`it hung: nothing was heard of it for ${SILENCE_MS / 1000} s. ${errors}`)
      else if (code !== 0 || !report) faults.push(`it ended with ${code ?? signal}. ${errors}`)
      resolve({ report, faults })
    })
  })
}
