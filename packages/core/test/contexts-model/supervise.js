/**
 * Watches over `perform.js` from outside: a program that says nothing for too long is ended and counts as hanging. One that fails is
 * made smaller and printed, with what was done and what is wrong.
 */
import { fileURLToPath } from 'node:url'
import { shrink } from '../model/shrink.js'
import { supervise } from '../support/supervise.js'
import { growProgram } from './grow.js'

const script = fileURLToPath(new URL('./perform.js', import.meta.url))
const SILENCE_MS = 60_000
/** A race shows only now and then. */
const REPEAT = 4
/** A step of a program that has failed already. Threads must still have the time to start on a busy machine. */
const SHORT_MS = 5000

/**
 * @param {{ seed: number, count: number, seconds?: number, without?: string[], patience: number }} options `seed` is that of the first program, the others
 * follow it; `seconds`, after which no further one begins; `without`, what does not occur; `patience` for making a failing one smaller, in ms.
 * @returns {Promise<{ tally?: { programs: number, untimely: number, steps: object }, report?: string }>} `report` where something is wrong.
 */
export async function superviseContexts({ patience, ...options }) {
  const first = await perform(options)
  if (first.tally) return { tally: first.tally }
  const failed = first.fault?.seed ?? first.last
  if (failed === undefined) return { report: `no program was begun: ${first.ending}` }
  if (first.fault && first.fault.seed === undefined)
    return { report: `After the program of seed ${first.last}: ${first.fault.faults.join('\n')}` }
  const deadline = performance.now() + patience
  let smallest = first
  const fails = async (program) => {
    const run = await perform({ program, repeat: REPEAT, patience: SHORT_MS })
    if (run.tally) return false
    smallest = run
    return true
  }
  const grown = growProgram(failed, options.without)
  const isSteady = patience > 0 && (await fails(grown))
  const shrunk = isSteady ? await shrink(grown, fails, () => performance.now() < deadline) : grown
  const { fault, ending } = smallest
  return {
    report: [
      `--seed ${failed} --count 1 replays it.`,
      isSteady ? 'The smallest program that fails:' : 'The program:',
      JSON.stringify(shrunk),
      'What was done:',
      ...(fault?.story ?? []).map((line) => `  ${line}`),
      ...(smallest === first
        ? []
        : [`What was wrong first: ${first.fault?.faults.join('; ') ?? first.ending}`]),
      `What is wrong: ${fault ? '' : ending}`,
      ...(fault?.faults.slice(0, 20) ?? []).map((line) => `  ${line}`),
      'The log:',
      ...(fault?.log ?? []).map(({ kind, id, thread }) => `  ${kind} ${id} on thread ${thread}`),
    ].join('\n'),
  }
}

/** @returns {Promise<{ tally?: object, fault?: object, last?: number, ending: string }>} */
async function perform(input) {
  const said = {}
  const { code, signal, late, errors } = await supervise([script], {
    silence: SILENCE_MS,
    input,
    onLine(line) {
      const [, kind, value] = /^(program|fault|done) (.*)$/.exec(line) ?? []
      if (kind) said[kind] = JSON.parse(value)
      return kind !== undefined
    },
  })
  const how = late
    ? `it hung, and was ended after ${SILENCE_MS} ms`
    : `it ended with ${code ?? signal}`
  return {
    ...(code === 0 && !late && { tally: said.done }),
    fault: said.fault,
    last: said.program,
    ending: `${how}. ${errors}`,
  }
}
