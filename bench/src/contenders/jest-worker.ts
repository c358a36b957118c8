import { fileURLToPath } from 'node:url'
import { Worker } from 'jest-worker'
import type { Contender } from './contender.ts'

const file = fileURLToPath(new URL('../threads/tasks.js', import.meta.url))

export const contender: Contender = {
  awaited(task, threads) {
    const farm = new Worker(file, {
      enableWorkerThreads: true,
      exposedMethods: ['echoSync', 'work'],
      numWorkers: threads,
    })
    const methods = farm as unknown as Record<string, (value: unknown) => Promise<unknown>>
    return (value) => methods[task]?.(value) ?? Promise.reject(new Error(task))
  },
}
