import { type Measurements, measurementOf } from '../measuring/measurement.ts'
import type * as WithLocal from '../threads/with-local.js'
import type { Scenario } from './scenario.ts'

const BATCHES = 30
const PER_BATCH = 60
/** Batches that are not counted: compilers need some ten thousand calls. */
const WARM_UP = 200

export const locals: Scenario = {
  name: 'locals',
  about:
    'the same call with no Local, with five keys that it leaves alone, and with five keys that it changes',
  conditions: ['pinned'],
  contenders: ['syncbridge'],
  async measure() {
    const module = await import('../threads/with-local.js')
    return { ...(await measure('blocking', module)), ...(await measure('awaited', module)) }
  },
}

/** The three take turns in one process: their differences are smaller than those between processes. */
async function measure(
  name: 'blocking' | 'awaited',
  { [name]: { keep, change }, fill, localScope }: typeof WithLocal,
): Promise<Measurements> {
  const ways = [
    { metric: `${name}, none`, call: keep, isFilled: false, means: [] as number[] },
    { metric: `${name}, unchanged`, call: keep, isFilled: true, means: [] as number[] },
    { metric: `${name}, changed`, call: change, isFilled: true, means: [] as number[] },
  ]
  for (let batch = -WARM_UP; batch < BATCHES; batch++) {
    for (const { call, isFilled, means } of ways) {
      await localScope(async () => {
        if (isFilled) fill(-1)
        const start = performance.now()
        for (let index = 0; index < PER_BATCH; index++) {
          const result = name === 'awaited' ? await call(index) : call(index)
          if (result !== index) throw new Error(`${name}: ${String(result)} instead of ${index}`)
        }
        if (batch >= 0) means.push(((performance.now() - start) * 1000) / PER_BATCH)
      })
    }
  }
  return Object.fromEntries(ways.map(({ metric, means }) => [metric, measurementOf(means)]))
}
