import type { ConditionName } from '../src/machine/conditions.ts'
import { Results } from '../src/results.ts'

/** Results as if each contender had been measured once for each of its values. */
export function found(
  scenario: string,
  metric: string,
  values: Record<string, number[]>,
  condition: ConditionName = 'pinned',
): Results {
  const results = new Results()
  for (const [contender, rounds] of Object.entries(values)) {
    for (const value of rounds) {
      results.add(scenario, condition, contender, { [metric]: { value, unit: 'µs' } })
    }
  }
  return results
}
