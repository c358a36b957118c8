import { type ConditionName, conditions } from '../machine/conditions.ts'
import { type Results, type Series, summarise } from '../results.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { short, textTable } from './text-table.ts'

/** All numbers, a table for each scenario and condition. */
export function numberTables(results: Results, scenarios: readonly Scenario[]): string {
  return scenarios
    .flatMap((scenario) =>
      scenario.conditions.flatMap((condition) => {
        const series = results
          .all()
          .filter((each) => each.scenario === scenario.name && each.condition === condition)
        return series.length > 0 ? [numberTable(scenario, condition, series)] : []
      }),
    )
    .join('\n\n')
}

function numberTable(
  { name, about }: Scenario,
  condition: ConditionName,
  series: readonly Series[],
): string {
  const metrics = [...new Set(series.map(({ metric }) => metric))]
  const rows = series
    .map((each) => ({ each, summary: summarise(each) }))
    .toSorted(
      (a, b) =>
        metrics.indexOf(a.each.metric) - metrics.indexOf(b.each.metric) ||
        a.summary.median - b.summary.median,
    )
    .map(({ each, summary }) => [
      each.metric,
      each.contender,
      `${short(summary.median)} ${summary.unit}`,
      `± ${(summary.spread * 50).toFixed(0)} %`,
      summary.p99 === undefined ? '' : short(summary.p99),
      summary.cpu === undefined ? '' : short(summary.cpu),
    ])
  const title = `### ${name}, ${condition}\n\n${about}; ${conditions[condition].about}.\n`
  return `${title}\n${textTable(['what', 'who', 'median', 'spread', 'p99 µs', 'CPU µs'], rows, [2, 3, 4, 5])}`
}
