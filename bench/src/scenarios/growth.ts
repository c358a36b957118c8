import { measureAwaited } from '../measuring/measure-awaited.ts'
import type { Measurements } from '../measuring/measurement.ts'
import type { Scenario } from './scenario.ts'

const inFlight = [1, 64, 1000, 10_000, 100_000]

export const growth: Scenario = {
  name: 'growth',
  about:
    'an awaited call with ever more in flight, and with ever more functions registered, called in turn',
  conditions: ['free'],
  contenders: ['syncbridge'],
  long: true,
  async measure({ awaited }) {
    const call = await awaited?.('echoSync', 1)
    if (!call) throw new Error('It has no awaited call.')
    const found: Measurements = {}
    for (const many of inFlight) {
      const amount = {
        inFlight: many,
        warmUp: 2000,
        batches: 5,
        perBatch: Math.max(5000, 2 * many),
      }
      found[`${many} in flight`] = await measureAwaited(call, amount)
    }
    const { functions } = await import('../threads/many-functions.js')
    for (const many of [1, 10, 100, 1000]) {
      const turn = (index: number) => functions[index % many]?.(index) ?? Promise.reject(index)
      const amount = { inFlight: 64, warmUp: 4000, batches: 5, perBatch: 10_000 }
      found[`${many} functions`] = await measureAwaited(turn, amount)
    }
    return found
  },
}
