import { measureAwaited } from '../measuring/measure-awaited.ts'
import { pools } from './awaited.ts'
import { sampleObject } from './sample-object.ts'
import type { Scenario } from './scenario.ts'

export const awaitedObject: Scenario = {
  name: 'awaited-object',
  about: 'an awaited call, a plain object of 10 KB there and back',
  conditions: ['free'],
  contenders: ['syncbridge', ...pools, 'floor-port'],
  async measure(contender) {
    const call = await contender.awaited?.('echoSync', 1)
    if (!call) throw new Error('It has no awaited call.')
    const amount = { inFlight: 64, warmUp: 2000, batches: 6, perBatch: 256 }
    return { '64 in flight': await measureAwaited(() => call(sampleObject), amount) }
  },
}
