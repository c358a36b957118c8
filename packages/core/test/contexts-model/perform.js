/**
 * Does programs of contexts for real, one after the other. A program of its own, since whatever hangs in it must be seen from outside:
 * `supervise.js` starts it, gives it JSON of `{ seed, count, seconds, without }` or of `{ program, repeat, patience }`, and reads what it prints.
 */
import { readdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { configure, shutdown, stats } from '@syncbridge/core'
import { growProgram } from './grow.js'
import { Performance } from './performance.js'
import { ThreadWatch } from './thread-watch.js'

/** So many programs, then all threads end. */
const GENERATION = 200
/** A program of which a timeout passed unasked is done again. */
const TRIES = 8
const EXIT_TIMEOUT_MS = 1000
const LONG_MS = 600_000

const {
  seed,
  count,
  seconds,
  without,
  program,
  repeat = 1,
  patience,
} = JSON.parse(await text(process.stdin))
const say = (kind, value) => process.stdout.write(`${kind} ${JSON.stringify(value)}\n`)
const tally = { programs: 0, untimely: 0, steps: {} }
// Failing hooks are told by warnings: Node shall not print them.
process.removeAllListeners('warning')

// Node's own threads for files start with the first use, and then stay.
await stat('.')
const systemThreads = () =>
  process.platform === 'linux' ? readdirSync('/proc/self/task').length : undefined
const idleSystemThreads = systemThreads()
const watch = new ThreadWatch()
configureAll()

const deadline = performance.now() + (seconds ?? 3600) * 1000
const given = program ? Array.from({ length: repeat }, () => program) : grown()
for (const one of given) {
  if (performance.now() > deadline) break
  say('program', one.seed)
  await perform(one)
  if (tally.programs % GENERATION === 0) await endAll()
}
await endAll()
say('done', tally)

function* grown() {
  for (let index = 0; index < count; index += 1) yield growProgram(seed + index, without)
}

function configureAll() {
  // What was given up is released by the program itself.
  const grace = { timeout: LONG_MS, abort: LONG_MS }
  configure({ grace, leased: { exitTimeout: EXIT_TIMEOUT_MS, leaseTimeout: LONG_MS } })
}

async function perform(one) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const run = new Performance(one, watch, patience)
    const faults = await run.run()
    if (faults?.length > 0)
      await fail({ seed: one.seed, faults, story: run.story, log: run.lastLog })
    await run.cleanUp()
    if (faults) {
      tally.programs += 1
      for (const step of one.root.steps) tally.steps[step.do] = (tally.steps[step.do] ?? 0) + 1
      return
    }
  }
  tally.untimely += 1
}

/** Ends all threads; the system must count none of them any more. */
async function endAll() {
  await shutdown({ timeout: 5000 })
  const faults = []
  if (stats().threads.length > 0) faults.push('shutdown() left threads')
  const end = performance.now() + 10_000
  while (systemThreads() > idleSystemThreads && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 5))
  if (systemThreads() > idleSystemThreads)
    faults.push(
      `after shutdown() the system counts ${systemThreads()} threads, and ${idleSystemThreads} at the start`,
    )
  if (faults.length > 0) await fail({ faults, story: [], log: [] })
  configureAll()
}

/** Never returns: the first fault is the last, since nobody knows what it has left behind. */
function fail(fault) {
  process.stdout.write(`fault ${JSON.stringify(fault)}\n`, () => process.exit(1))
  return new Promise(() => {})
}
