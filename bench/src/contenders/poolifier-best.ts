/** Without events, tasks dealt in turn. */
import { fileURLToPath } from 'node:url'
import { FixedThreadPool, WorkerChoiceStrategies } from 'poolifier'
import type { Contender } from './contender.ts'

const file = fileURLToPath(new URL('../threads/poolifier.js', import.meta.url))

export const contender: Contender = {
  awaited(task, threads) {
    const pool = new FixedThreadPool(threads, file, {
      enableEvents: false,
      workerChoiceStrategy: WorkerChoiceStrategies.ROUND_ROBIN,
    })
    return (value) => pool.execute(value, task)
  },
}
