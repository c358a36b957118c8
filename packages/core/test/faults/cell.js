/**
 * One cell of the matrix, in a process of its own: `node cell.js FAULT STATE`. Brings a call into the state, lets the fault
 * strike, and prints who was answered how, and after how long. It ends by itself: what it leaves behind keeps it from ending.
 */
import { configure, stats, ThreadSensitiveContext } from '@syncbridge/core'
import { Latch } from '../support/latch.js'
import { isStuck, START_TIMEOUT } from './faults.js'
import * as calls from './fixtures/strikes.js'
import { states } from './states.js'

const [fault, state] = process.argv.slice(2)
const isStarting = state === 'starting' || state === 'loop starting'
// Small, so that memory runs out soon; and one thread to lease, so that the next context needs the very place that was struck.
configure({
  resourceLimits: { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 },
  leased: { maxThreads: 1, exitTimeout: 300 },
  pool: { maxThreads: 2 },
  // Nothing else ends a thread that loads: the next call would wait for as long as a thread may take to start.
  ...(state === 'loading' && isStuck(fault) && { startTimeout: START_TIMEOUT }),
})

// What is measured is a fault, not the start of a thread.
if (!isStarting) {
  await Promise.all([calls.whoAmI(), new ThreadSensitiveContext().run(() => calls.whoAmI())])
  calls.greet()
}
const bystander = await beginBystander()
const answers = await states[state](fault, answerOf)
if (bystander) answers.bystander = await bystander()
console.log(`answers ${JSON.stringify({ answers, pending: stats().calls.pending })}`)

/** @param since When it was struck: what came before is not what is measured. By default when it was made. */
async function answerOf(promise, since) {
  const made = performance.now()
  const took = () => performance.now() - (since?.() ?? made)
  try {
    const value = await promise
    return { answer: 'ok', value, took: took() }
  } catch (error) {
    return {
      answer:
        error?.code && typeof error.code === 'string' ? error.code : (error?.name ?? 'no error'),
      exitCode: error?.exitCode,
      message: String(error?.message),
      function: error?.function,
      cause: error?.cause && String(error.cause),
      took: took(),
    }
  }
}

/** Runs on another thread all the while, and must not notice anything. */
async function beginBystander() {
  // Whatever befalls every thread befalls this one.
  if (fault === 'shutdown' || isStarting || state === 'exit hook running') return undefined
  const [entered, release] = [new Latch(), new Latch()]
  const done = calls.holdOnPool(entered.memory, release.memory)
  await entered.wait()
  return async () => {
    release.open()
    return answerOf(done)
  }
}
