import { type Results, ratioRange, type Series, summarise } from '../results.ts'
import { short, textTable } from './text-table.ts'

/** What is called worse: a tenth more time or memory than before. */
const WORSE = 1.1

/** A number of ours now and with an earlier core. */
export interface Change {
  series: Series
  before: number
  now: number
  ratio: number
  range: { low: number; high: number }
}

/** @param label What the earlier one's series are marked with. */
export function compare(results: Results, label: string): Change[] {
  return results.all().flatMap((series) => {
    const { scenario, condition, metric, contender } = series
    const earlier = results.find(scenario, condition, metric, `${contender} ${label}`)
    if (!earlier) return []
    const [before, now] = [summarise(earlier).median, summarise(series).median]
    return { series, before, now, ratio: now / before, range: ratioRange(series, earlier) }
  })
}

/** Those that got worse, whatever the rounds are apart. */
export function worse(changes: readonly Change[]): Change[] {
  return changes.filter(({ ratio }) => ratio >= WORSE)
}

export function comparisonTable(changes: readonly Change[], label: string): string {
  return textTable(
    ['what', 'where', label, 'now', 'ratio', 'rounds', ''],
    changes.map(({ series, before, now, ratio, range }) => [
      `${series.scenario}, ${series.metric}`,
      series.condition,
      short(before),
      short(now),
      ratio.toFixed(2),
      `${range.low.toFixed(2)}–${range.high.toFixed(2)}`,
      ratio >= WORSE ? 'WORSE' : ratio <= 1 / WORSE ? 'better' : '',
    ]),
    [2, 3, 4, 5],
  )
}
