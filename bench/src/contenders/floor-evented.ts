/** A bare thread in its event loop, woken by a message, the value in shared memory: what a loop that must turn can reach. */
import { Worker } from 'node:worker_threads'
import { SharedValue } from '../threads/shared-value.js'
import type { Contender } from './contender.ts'

export const contender: Contender = {
  blocking() {
    const memory = new SharedArrayBuffer(65_536)
    const thread = new Worker(new URL('../threads/evented.js', import.meta.url), {
      workerData: memory,
    })
    const shared = new SharedValue(memory)
    return (value) => {
      shared.write(value)
      shared.pass(1)
      thread.postMessage(0)
      shared.await(0)
      return shared.read()
    }
  },
}
