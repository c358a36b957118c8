/** One thread that may hold many tasks at once, no timing, the queue that its README recommends for many tasks. */
import { FixedQueue } from 'piscina'
import { piscinaPool } from './piscina-pool.ts'

export const contender = piscinaPool((threads) => ({
  minThreads: threads,
  maxThreads: threads,
  concurrentTasksPerWorker: threads === 1 ? 1024 : 1,
  recordTiming: false,
  taskQueue: new FixedQueue(),
}))
