import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Work without calls: each of `threads` bare threads is told once how much, and does its part of it. */
export function divideWork(threads: number): (units: number, times: number) => Promise<void> {
  const start = () => new Worker(new URL('../threads/ideal.js', import.meta.url))
  const workers = Array.from({ length: threads }, start)
  return async (units, times) => {
    const ends = workers.map((worker) => once(worker, 'message'))
    for (const worker of workers) worker.postMessage({ units, times: times / threads })
    await Promise.all(ends)
  }
}
