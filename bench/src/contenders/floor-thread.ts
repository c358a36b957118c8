/** A bare Worker that imports the module that ours imports. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Contender } from './contender.ts'

const start = () => new Worker(new URL('../threads/bare.js', import.meta.url))

async function ask(thread: Worker, value: unknown): Promise<unknown> {
  thread.postMessage(value)
  const [reply] = await once(thread, 'message')
  return reply
}

let threads = 0

export const contender: Contender = {
  awaited() {
    const thread = start()
    return (value) => ask(thread, value)
  },
  async grow(count) {
    for (; threads < count; threads++) await ask(start(), threads)
  },
}
