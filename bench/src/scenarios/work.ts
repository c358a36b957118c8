import { divideWork } from '../measuring/divided-work.ts'
import { keepInFlight } from '../measuring/measure-awaited.ts'
import { type Measurements, measurementOf } from '../measuring/measurement.ts'
import { timed } from '../measuring/timed.ts'
import type { Scenario } from './scenario.ts'

const THREADS = 2
const IN_FLIGHT = 64
/** Units that take about so long on a core of 2026. */
const amounts = [
  { name: '100 µs', units: 80, warmUp: 20_000, batches: 8, calls: 800 },
  { name: '5 ms', units: 4000, warmUp: 4, batches: 5, calls: 64 },
]

export const work: Scenario = {
  name: 'work',
  about:
    'calls that compute on two threads, 64 in flight; and the same work divided between two bare threads without calls',
  conditions: ['free'],
  contenders: ['syncbridge', 'piscina-best', 'tinypool'],
  async measure({ awaited }) {
    const call = await awaited?.('work', THREADS)
    if (!call) throw new Error('It has no awaited call.')
    const divided = divideWork(THREADS)
    const found: Measurements = {}
    for (const { name, units, warmUp, batches, calls } of amounts) {
      const run = (count: number) => keepInFlight(IN_FLIGHT, count, () => call(units))
      await run(warmUp)
      await divided(units, warmUp)
      const ours: number[] = []
      const ideal: number[] = []
      // In turns, in one process: a hundredth more or less is lost among the differences between processes.
      for (let batch = 0; batch < batches; batch++) {
        ours.push((await timed(() => run(calls))) / calls)
        ideal.push((await timed(() => divided(units, calls))) / calls)
      }
      found[name] = measurementOf(ours)
      found[`${name}, ideal`] = measurementOf(ideal)
    }
    return found
  },
}
