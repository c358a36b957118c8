/** What this machine takes just now: a measured time is compared with it, and never with a number alone. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** In ms: a thread without a bridge starts and ends. */
export async function timeOfPlainThread() {
  const began = performance.now()
  await once(new Worker('', { eval: true }), 'exit')
  return performance.now() - began
}

/** In ms: a thread without a bridge answers so many messages, one after the other. */
export async function timeOfPlainAnswers(count) {
  const answering = `const { parentPort } = require('node:worker_threads')
parentPort.on('message', (message) => parentPort.postMessage(message))`
  const worker = new Worker(answering, { eval: true })
  await once(worker, 'online')
  const began = performance.now()
  for (let index = 0; index < count; index += 1) {
    worker.postMessage(index)
    await once(worker, 'message')
  }
  const took = performance.now() - began
  await worker.terminate()
  return took
}

/** What may take `ms` on an idle machine may take longer on a busy one: by ten times what a plain thread takes there. */
export const mostFor = (ms, floor) => ms + 10 * floor

/** Fails where a promise takes longer than that; the plain thread runs beside it. */
export async function within(ms, promise) {
  const began = performance.now()
  const floor = timeOfPlainThread()
  const value = await promise
  const took = performance.now() - began
  const most = mostFor(ms, await floor)
  assert.ok(took < most, `${took} ms, and ${most} ms at the most`)
  return value
}
