/** Watches over `perform.js` from outside, and begins it again behind each fault: a main thread that hangs is seen only here. */
import { fileURLToPath } from 'node:url'
import { supervise } from '../support/supervise.js'

const program = fileURLToPath(new URL('./perform.js', import.meta.url))
const SILENCE_MS = 20_000

/**
 * @param {{ spec?: object, seed?: number, seconds?: number, cases?: number, words?: string[], slack?: number, again?: boolean }} task
 * One case, or those of a seed. `slack` says how many times as long as meant everything may take, `again` whether what fails is
 * tried by itself.
 * @param {(fault: object) => void} [onFault] Told at once.
 * @returns {Promise<{ ran: object[], faults: { kind: string, what: string, spec: object, isAlone: boolean }[] }>}
 */
export async function superviseHostile(task, onFault = () => {}) {
  const until = performance.now() + (task.seconds ?? 600) * 1000
  const ran = []
  const faults = []
  for (let from = 0; ; ) {
    const seconds = (until - performance.now()) / 1000
    if (seconds <= 0) break
    const run = await perform({ ...task, from, seconds })
    ran.push(...run.ran)
    if (!run.fault) break
    for (const fault of await explain(task, run)) {
      faults.push(fault)
      onFault(fault)
    }
    if (task.spec) break
    from = run.next
  }
  return { ran, faults }
}

/** Each again by itself: one that then passes fails only after those before it. */
async function explain(task, { fault }) {
  if (task.spec || !task.again) return [{ ...fault, isAlone: true }]
  const alone = { seconds: 60, slack: task.slack }
  if (!fault.batch) {
    const again = await perform({ ...alone, spec: fault.spec })
    return [{ ...fault, isAlone: again.fault !== undefined }]
  }
  const found = []
  for (const spec of fault.batch) {
    const again = await perform({ ...alone, spec })
    if (again.fault) found.push({ ...again.fault, spec, isAlone: true })
  }
  return found.length > 0 ? found : [{ ...fault, batch: undefined, isAlone: false }]
}

async function perform({ slack = 1, ...task }) {
  const silence = SILENCE_MS * slack
  const ran = []
  let fault
  let next
  const { code, signal, late, errors } = await supervise([program], {
    silence,
    input: task,
    env: { SLACK: String(slack) },
    onLine(line) {
      const [, kind, json] = /^(case|fault|done) (\{.*)$/.exec(line) ?? []
      if (kind === 'case') ran.push(JSON.parse(json))
      else if (kind === 'fault') fault = JSON.parse(json)
      else if (kind === 'done') next = JSON.parse(json).next
      // Others are what hostile members print.
      return kind !== undefined || /hostile print/.test(line)
    },
  })
  const last = ran.at(-1)
  if (late) fault = { kind: 'hung', what: `nothing was heard for ${silence / 1000} s` }
  else if (code !== 0 || next === undefined)
    fault = {
      kind: 'dead',
      what: `the process ended with ${code ?? signal}. ${errors.slice(-800)}`,
    }
  if (fault) fault.spec ??= last?.spec
  return { ran: ran.map(({ spec }) => spec), fault, next: next ?? (last?.index ?? 0) + 1 }
}
