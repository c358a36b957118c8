/** Runs one cell in a process of its own, and compares what happened with what must. */
import { fileURLToPath } from 'node:url'
import { runInProcess } from '../support/run-in-process.js'

const cell = fileURLToPath(new URL('./cell.js', import.meta.url))
const parentDeath = fileURLToPath(new URL('./parent-death.js', import.meta.url))
/** The process and all that it waits for; a cell that is not over by then hangs. */
const DEADLINE_MS = 20_000

/**
 * @param {object} expected By who is answered: how, and within how many ms.
 * @param {number} slack So many times as long as promised may an answer take.
 * @returns {Promise<{ faults: string[], slowest: number, isLateOnly: boolean }>}
 */
export async function runCell(fault, state, expected, { slack, brokenModule }) {
  const command = fault === "parent's death" ? [parentDeath, state] : [cell, fault, state]
  const run = await runInProcess(command, {
    env: { BROKEN_MODULE: brokenModule },
    deadline: DEADLINE_MS,
  })
  const said = /^answers (.*)$/m.exec(run.stdout)?.[1]
  if (!said || run.late || run.code !== 0) {
    const how = run.late
      ? `hung: it was ended after ${DEADLINE_MS} ms`
      : `ended with ${run.code ?? run.signal}`
    return {
      faults: [`the process ${how}. ${run.stdout}${run.stderr}`],
      slowest: 0,
      isLateOnly: false,
    }
  }
  const { answers, pending } = JSON.parse(said)
  const wrong = []
  const late = []
  if (pending !== 0) wrong.push(`${pending} calls are pending when all have been answered`)
  for (const [who, want] of Object.entries(expected)) {
    if (who === 'ran') {
      if (String(answers.ran) !== String(want))
        wrong.push(`ran [${answers.ran}], expected [${want}]`)
      continue
    }
    if (who === 'neverRan') {
      if (answers.ran.includes(want)) wrong.push(`${want} ran, after its caller had given it up`)
      continue
    }
    if (who === 'isSame') {
      if (answers.isSame !== want) wrong.push('the thread was replaced')
      continue
    }
    const got = answers[who]
    wrong.push(...compare(who, want, got))
    if (got.took > want.within * slack)
      late.push(`${who} was answered after ${Math.round(got.took)} ms, expected ${want.within} ms`)
  }
  const slowest = Math.max(...Object.keys(expected).map((who) => answers[who]?.took ?? 0))
  return { faults: [...wrong, ...late], slowest, isLateOnly: wrong.length === 0 && late.length > 0 }
}

function compare(who, want, got) {
  const wanted = [want.answer].flat()
  if (!wanted.includes(got.answer))
    return [
      `${who} got ${got.answer} (${got.message ?? got.value}), expected ${wanted.join(' or ')}`,
    ]
  if (got.answer === 'ok') {
    const isRight = want.value === undefined || got.value === want.value
    return isRight ? [] : [`${who} got ${got.value}, expected ${want.value}`]
  }
  const wrong = []
  if (want.exitCode !== undefined && got.exitCode !== want.exitCode)
    wrong.push(`${who} got exit code ${got.exitCode}, expected ${want.exitCode}`)
  if (want.cause && !`${got.cause} ${got.message}`.includes(want.cause))
    wrong.push(`${who} was not told the cause '${want.cause}': ${got.message} (${got.cause})`)
  if (got.answer.startsWith('SYNCBRIDGE_') && !want.isContexts) {
    if (!got.function || !got.message.includes(got.function))
      wrong.push(`${who} was not told which function: ${got.message}`)
  }
  return wrong
}
