import { measureAwaited } from '../measuring/measure-awaited.ts'
import { type Measurements, measurementOf } from '../measuring/measurement.ts'
import type { Scenario } from './scenario.ts'

const INNER_CALLS = 200
const BATCHES = 15

export const nested: Scenario = {
  name: 'nested',
  about: 'sync code on a thread calls async code on the main thread and waits for it',
  conditions: ['pinned', 'free'],
  contenders: ['syncbridge', 'sync-message-port', 'floor-parked'],
  async measure(contender) {
    const calls = await contender.nested?.()
    if (!calls) throw new Error('It has no nested calls.')
    const { around, fourDeep } = calls
    const means: number[] = []
    await calls.inner(40_000)
    for (let batch = 0; batch < BATCHES; batch++) {
      means.push((await calls.inner(INNER_CALLS)) / 1000 / INNER_CALLS)
    }
    const amount = { inFlight: 1, warmUp: 30_000, batches: BATCHES, perBatch: 100 }
    const found: Measurements = { inner: measurementOf(means) }
    found.around = await measureAwaited(around, amount)
    if (fourDeep) found['four deep'] = await measureAwaited(fourDeep, amount)
    return found
  },
}
