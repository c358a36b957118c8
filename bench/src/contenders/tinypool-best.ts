/** One thread that may hold many tasks at once. */
import { Tinypool } from 'tinypool'
import type { Contender } from './contender.ts'

const filename = new URL('../threads/tasks.js', import.meta.url).href

export const contender: Contender = {
  awaited(task, threads) {
    const pool = new Tinypool({
      filename,
      name: task,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: threads === 1 ? 1024 : 1,
    })
    return (value) => pool.run(value)
  },
}
