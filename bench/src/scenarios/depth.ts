import { median } from '../measuring/statistics.ts'
import type { Scenario } from './scenario.ts'

const REPEATS = 40
const CALLS = 5
const WARM_UP = 60

export const depth: Scenario = {
  name: 'depth',
  about:
    'async → sync → async …: what one more level costs, between levels 1 and 11 and between levels 45 and 55',
  conditions: ['pinned'],
  contenders: ['syncbridge'],
  async measure() {
    const { descend } = await import('../threads/descending.js')
    const times = new Map([1, 11, 45, 55].map((levels) => [levels, [] as number[]]))
    for (let repeat = -WARM_UP; repeat < REPEATS; repeat++) {
      for (const [levels, found] of times) {
        const start = performance.now()
        for (let call = 0; call < CALLS; call++) {
          if ((await descend(levels)) !== levels) throw new Error('It lost a level.')
        }
        if (repeat >= 0) found.push(((performance.now() - start) * 1000) / CALLS)
      }
    }
    const step = (from: number, to: number) =>
      (median(times.get(to) ?? []) - median(times.get(from) ?? [])) / (to - from)
    return {
      'level at 1': { value: step(1, 11), unit: 'µs' },
      'level at 50': { value: step(45, 55), unit: 'µs' },
    }
  },
}
