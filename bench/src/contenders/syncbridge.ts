/** Ours: the published build with its defaults. */
import { configure, stats } from '@syncbridge/core'
import * as bridged from '../threads/bridged.js'
import type { Contender } from './contender.ts'

/** About 5 ms: long enough that each of the calls needs a thread of its own. */
const LONG_WORK = 4000

export const contender: Contender = {
  blocking: (task) => bridged.blocking[task],
  awaited(task, threads) {
    if (threads === 1) return bridged.awaited[task]
    configure({ pool: { minThreads: threads, maxThreads: threads } })
    return bridged.pooled[task]
  },
  nested: () => bridged,
  moving: () => (bytes) => bridged.moved.with({ transfer: [bytes.buffer] })(bytes),
  async grow(count) {
    configure({ pool: { minThreads: count, maxThreads: count, idleTimeout: 60_000 } })
    while (stats().threads.filter(({ role }) => role === 'pool').length < count) {
      await Promise.all(Array.from({ length: 2 * count }, () => bridged.pooled.work(LONG_WORK)))
    }
  },
}
