/**
 * Hostile crossings, in a process of their own. Reads what is to be done as JSON, prints each case before it begins, and ends with
 * the first fault: what comes after it could be its doing.
 */
import { text } from 'node:stream/consumers'
import { casesOf } from './cases.js'
import { judge } from './judge.js'
import { lanes, openLanes } from './lanes.js'
import { readCounts } from './members/inner-calls.js'
import { depths } from './places.js'

const SLACK = Number(process.env.SLACK ?? 1)
/** A crossing, with all timeouts of its calls. */
const PATIENCE_MS = 15_000 * SLACK
const BATCH = 60
/** What a process at rest may use of a core, and for how long it is looked at, in ms. */
const MOST_LOAD = 0.1
const LOOK_MS = 300

const {
  spec,
  seed,
  from = 0,
  cases = Number.POSITIVE_INFINITY,
  seconds,
  words,
} = JSON.parse(await text(process.stdin))
const print = (kind, value) => console.log(`${kind} ${JSON.stringify(value)}`)

await openLanes()
const until = performance.now() + seconds * 1000
// Three times, as a lane may fail only when it is used again.
const all = spec ? [spec, spec, spec] : casesOf(seed, { words, depthNames: Object.keys(depths) })
let index = -1
let batch = []
for (const one of all) {
  index += 1
  if (index < from) continue
  if (index >= cases || performance.now() > until) break
  print('case', { index, spec: one })
  batch.push(one)
  const fault = await perform(one)
  if (fault) end(fault)
  if (batch.length === BATCH) await look()
}
await look()
end()

function end(fault) {
  if (fault) print('fault', fault)
  print('done', { next: index + 1 })
  // Calls that hang would keep the process.
  process.exit(0)
}

/** Whether the process is at rest when nothing is under way. */
async function look() {
  for (let tries = 0; batch.length > 0 && (await isBusy()); tries += 1)
    if (tries === 3) end({ kind: 'busy', what: 'over 10 % of a core with nothing to do', batch })
  batch = []
}
async function isBusy() {
  const before = process.cpuUsage()
  const began = performance.now()
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 > MOST_LOAD * (performance.now() - began)
}

/** @returns {Promise<{ kind: string, what: string } | undefined>} What is wrong. */
async function perform(one) {
  let timer
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, { kind: 'hung', what: 'nothing settled' })
  })
  try {
    return await Promise.race([lanes[one.place].enter(() => attack(one)), late])
  } catch (error) {
    return { kind: 'lane', what: `the lane failed: ${error}` }
  } finally {
    clearTimeout(timer)
  }
}

async function attack(one) {
  const lane = lanes[one.place]
  const ask = async (who, number) => {
    const { token, threadId } = await who(number)
    return token === number ? threadId : `the answer of ${token}`
  }
  const before = await ask(lane.who, 10 * one.token)
  // Innocent calls that are under way meanwhile.
  const neighbours = [lane.who, lanes.pool.who, lanes.shared.who].map((who, at) =>
    ask(who, 10 * one.token + 1 + at).catch((error) => String(error)),
  )
  const outcome = await lane[one.mode](one).catch((error) => ({
    end: `the caller failed: ${error}`,
  }))
  const wrong = judge(one, outcome)
  // A lane that has died and one that never answers are told apart from a wrong error.
  if (wrong?.startsWith('hung')) return { kind: 'hung', what: wrong }
  const after = await ask(lane.who, 10 * one.token + 9).catch((error) => error)
  if (after instanceof Error)
    return { kind: 'lane', what: `the next call: ${after}; ${wrong ?? ''}` }
  if (after !== before)
    return {
      kind: 'dead',
      what: `thread ${before} was replaced by ${after}: ${wrong ?? JSON.stringify(outcome)}`,
    }
  const answers = await Promise.all(neighbours)
  const odd = answers.filter((answer) => typeof answer !== 'number')
  if (odd.length > 0) return { kind: 'neighbour', what: `a neighbour got ${odd.join(', ')}` }
  return wrong ? { kind: 'error', what: wrong } : await judgeInner()
}

/** What the hostile member itself has called. */
async function judgeInner() {
  for (const until = performance.now() + PATIENCE_MS / 2; readCounts().waiting > 0; ) {
    if (performance.now() > until)
      return { kind: 'inner', what: `${readCounts().waiting} calls that it made were not answered` }
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { wrong } = readCounts()
  return wrong > 0 ? { kind: 'inner', what: `${wrong} calls that it made failed` } : undefined
}
