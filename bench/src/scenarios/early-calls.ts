import type { Measurements } from '../measuring/measurement.ts'
import type { Scenario } from './scenario.ts'

/** The last call of each stretch; the first call of all is the row `first-call`. */
const stretches = [10, 100, 1000]

export const earlyCalls: Scenario = {
  name: 'early-calls',
  about:
    'the next blocking calls of a process after its first, not compiled yet, as a linter with one file makes them',
  conditions: ['pinned', 'free'],
  contenders: ['syncbridge', 'synckit', 'make-synchronized', 'floor-parked'],
  repeat: 3,
  async measure({ blocking }) {
    const call = await blocking?.('echo')
    if (!call) throw new Error('It has no blocking call.')
    const found: Measurements = {}
    let made = 0
    const callUpTo = (last: number) => {
      for (; made < last; made++) {
        if (call(made) !== made) throw new Error('It gave another value back.')
      }
    }
    callUpTo(1)
    for (const last of stretches) {
      const first = made + 1
      const start = performance.now()
      callUpTo(last)
      const value = ((performance.now() - start) * 1000) / (last - first + 1)
      found[`calls ${first}–${last}`] = { value, unit: 'µs' }
    }
    return found
  },
}
