/** Two bare rings of numbers in shared memory, each reader woken by a port only when it sleeps, replies taken in batches. */
import { Worker } from 'node:worker_threads'
import { NumberRing, SLOTS } from '../threads/number-ring.js'
import type { AwaitedCall, Contender } from './contender.ts'

function awaited(): AwaitedCall {
  const workerData = { requests: NumberRing.create(), replies: NumberRing.create() }
  const thread = new Worker(new URL('../threads/ring.js', import.meta.url), { workerData })
  const requests = new NumberRing(workerData.requests)
  const replies = new NumberRing(workerData.replies)
  // Replies come in the order of the calls, and never more of them are under way than the rings have slots.
  const settlers = new Array<(value: unknown) => void>(SLOTS)
  let first = 0
  let next = 0
  const settle = (value: number) => settlers[first++ & (SLOTS - 1)]?.(value)
  thread.on('message', () => replies.drain(settle))
  return (value) =>
    new Promise((resolve) => {
      settlers[next++ & (SLOTS - 1)] = resolve
      if (requests.push(value as number)) thread.postMessage(0)
    })
}

export const contender: Contender = {
  awaited: (task) => {
    if (task !== 'echoSync') throw new Error('The ring carries numbers only.')
    return awaited()
  },
}
