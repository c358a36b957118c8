import type { AwaitedAmount } from '../measuring/measure-awaited.ts'
import { measureAwaited } from '../measuring/measure-awaited.ts'
import type { Scenario } from './scenario.ts'

const amounts: AwaitedAmount[] = [
  { inFlight: 1, warmUp: 30_000, batches: 8, perBatch: 300 },
  { inFlight: 8, warmUp: 20_000, batches: 8, perBatch: 800 },
  { inFlight: 64, warmUp: 30_000, batches: 7, perBatch: 1536 },
  { inFlight: 512, warmUp: 40_000, batches: 6, perBatch: 3072 },
]

/** Everyone with one thread; where a pool has a choice, `-best` is the fastest that its README offers. */
export const pools = [
  'piscina',
  'piscina-best',
  'tinypool',
  'tinypool-best',
  'poolifier',
  'poolifier-best',
  'workerpool',
  'comlink',
  'jest-worker',
] as const

export const awaited: Scenario = {
  name: 'awaited',
  about: 'an awaited call of a sync function on a thread, a number there and back',
  conditions: ['pinned', 'free'],
  contenders: ['syncbridge', ...pools, 'floor-port', 'floor-ring'],
  async measure(contender) {
    const call = await contender.awaited?.('echoSync', 1)
    if (!call) throw new Error('It has no awaited call.')
    const found: Awaited<ReturnType<Scenario['measure']>> = {}
    for (const amount of amounts) {
      found[`${amount.inFlight} in flight`] = await measureAwaited(call, amount)
    }
    return found
  },
}
