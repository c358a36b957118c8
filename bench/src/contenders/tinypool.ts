/** As in the first example of its README. */
import { Tinypool } from 'tinypool'
import type { Contender } from './contender.ts'

const filename = new URL('../threads/tasks.js', import.meta.url).href

export const contender: Contender = {
  awaited(task, threads) {
    const size = threads > 1 ? { minThreads: threads, maxThreads: threads } : {}
    const pool = new Tinypool({ filename, name: task, ...size })
    return (value) => pool.run(value)
  },
}
