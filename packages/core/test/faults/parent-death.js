/**
 * The same states in a user's Worker, which has a bridge of its own; then the Worker is ended, and with it everything that it had
 * made must go: `node parent-death.js STATE`.
 */
import { readdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { Latch } from '../support/latch.js'
import * as calls from './fixtures/strikes.js'

const [state] = process.argv.slice(2)
const began = await calls.whoAmI()
const [bystanderIn, bystanderOut] = [new Latch(), new Latch()]
const bystander = calls.holdOnPool(bystanderIn.memory, bystanderOut.memory)
await bystanderIn.wait()
const before = threadCount()

const there = new Latch()
const parent = new Worker(new URL('./fixtures/parent.js', import.meta.url), {
  workerData: { state, there: there.memory },
  env: { ...process.env, ...(state.endsWith('starting') && { FAULT: 'slow' }) },
})
const exited = new Promise((resolve, reject) => {
  parent.on('exit', resolve)
  parent.on('error', reject)
})
await Promise.race([there.wait(), exited])
const struck = performance.now()
await parent.terminate()
await exited
const took = performance.now() - struck
// Threads of the system end a moment after they have been reported as ended.
const left = await untilGone(before)
const took2 = performance.now() - struck
const next = await calls.whoAmI()
bystanderOut.open()
console.log(
  `answers ${JSON.stringify({
    answers: {
      victim: { answer: left <= 0 ? 'gone' : `${left} threads left`, took: Math.max(took, took2) },
      next: { answer: next === began ? 'ok' : 'another thread', took: 0 },
      bystander: { answer: (await bystander) === 'released' ? 'ok' : 'harmed', took: 0 },
    },
    pending: 0,
  })}`,
)

async function untilGone(count) {
  const deadline = performance.now() + 3000
  while (threadCount() > count && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 5))
  return threadCount() - count
}

/** Of the system's; where it does not say, what counts is that the process ends. */
function threadCount() {
  try {
    return readdirSync('/proc/self/task').length
  } catch {
    return 0
  }
}
