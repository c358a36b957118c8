/** Ours: the published build with its defaults. */
import { configure } from '@syncbridge/core'
import * as bridged from '../threads/bridged.js'
import type { Contender } from './contender.ts'

export const contender: Contender = {
  blocking: (task) => bridged.blocking[task],
  awaited(task, threads) {
    if (threads === 1) return bridged.awaited[task]
    configure({ pool: { minThreads: threads, maxThreads: threads } })
    return bridged.pooled[task]
  },
  nested: () => bridged,
}
