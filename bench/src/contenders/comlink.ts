/** One thread for each proxy; with two threads the calls alternate. */
import { Worker } from 'node:worker_threads'
import { wrap } from 'comlink'
import { nodeEndpoint } from '../threads/comlink-endpoint.js'
import type * as Tasks from '../threads/tasks.js'
import type { Contender } from './contender.ts'

const start = () =>
  wrap<typeof Tasks>(nodeEndpoint(new Worker(new URL('../threads/comlink.js', import.meta.url))))

export const contender: Contender = {
  awaited(task, threads) {
    const proxies = Array.from({ length: threads }, () => start()[task])
    let turn = 0
    return async (value) => proxies[turn++ % threads]?.(value as number)
  },
}
