/** Runs `soak.js` in a process of its own, and says what is to be said against it. */
import { fileURLToPath } from 'node:url'
import { supervise } from '../support/supervise.js'

const program = fileURLToPath(new URL('./soak.js', import.meta.url))
const SILENCE_MS = 60_000

/** @returns {Promise<{ report?: object, faults: string[] }>} */
export async function superviseSoak(seconds, seed, onBeat = () => {}) {
  let report
  const { code, signal, late, errors } = await supervise([program, String(seconds), String(seed)], {
    silence: SILENCE_MS,
    onLine(line) {
      if (line.startsWith('done ')) report = JSON.parse(line.slice('done '.length))
      else if (line.startsWith('beat ')) onBeat(line.slice('beat '.length))
      else return false
      return true
    },
  })
  const faults = [...(report?.faults ?? [])]
  if (late) faults.push(`it hung: nothing was heard of it for ${SILENCE_MS / 1000} s. ${errors}`)
  else if (code !== 0 || !report) faults.push(`it ended with ${code ?? signal}. ${errors}`)
  return { report, faults }
}
