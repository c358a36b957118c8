import { fileURLToPath } from 'node:url'
import workerpool from 'workerpool'
import type { Contender } from './contender.ts'

const file = fileURLToPath(new URL('../threads/workerpool.js', import.meta.url))

export const contender: Contender = {
  awaited(task, threads) {
    const pool = workerpool.pool(file, { maxWorkers: threads, workerType: 'thread' })
    return async (value) => pool.exec(task, [value])
  },
}
