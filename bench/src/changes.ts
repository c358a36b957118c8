import { pairedRatio, type Ratio } from './measuring/paired-ratio.ts'
import { median } from './measuring/statistics.ts'
import type { Results, Series } from './results.ts'

/** Up to 3 % more or less is called the same: less than what it costs to look for a reason. */
const SLOWER = 1.03
const FASTER = 0.97

/** What can be said of a number beside an earlier core's. */
export type ChangeVerdict = 'worse' | 'better' | 'same' | 'can’t tell' | 'not there'

/** A number of ours, now and with an earlier core. */
export interface Change {
  series: Series
  earlier?: Series
  verdict: ChangeVerdict
  /** The medians of the two. */
  now?: number
  before?: number
  ratio?: Ratio | undefined
  /** The ratio of the first run, where fresh pairs decided. */
  seemed?: Ratio
  /** Why there is nothing to compare. */
  lack?: string
}

/** @param label What the earlier core's series are marked with. */
export function compare(results: Results, label: string): Change[] {
  return results.all().flatMap((series) => {
    if (series.contender.endsWith(` ${label}`)) return missingNow(series, results, label)
    const { scenario, condition, metric, contender } = series
    const lack = results.lackOf(scenario, condition, `${contender} ${label}`)
    const earlier = results.find(scenario, condition, metric, `${contender} ${label}`)
    if (lack !== undefined || !earlier) {
      return { series, verdict: 'not there', lack: lack ?? `the core ${label} has no such number` }
    }
    const [values, earlierValues] = [valuesOf(series), valuesOf(earlier)]
    const ratio = pairedRatio(values, earlierValues)
    const [now, before] = [median(values), median(earlierValues)]
    return { series, earlier, now, before, ratio, verdict: judgeRatio(ratio) }
  })
}

/**
 * The changes of a run; those that seemed worse are judged by fresh pairs alone.
 *
 * Of 90 numbers that have not changed, one has an interval above 1 by chance. The same pairs prove nothing of a number
 * that was chosen because it looked bad. Fresh pairs do: by chance one number in 8,000 looks bad twice.
 */
export function confirm(changes: readonly Change[], again: readonly Change[]): Change[] {
  return changes.map((change) => {
    if (change.verdict !== 'worse' || !change.ratio) return change
    const fresh = again.find(({ series }) => isSameNumber(series, change.series))
    return fresh ? { ...fresh, seemed: change.ratio } : change
  })
}

export function judgeRatio(ratio: Ratio | undefined): ChangeVerdict {
  if (!ratio) return 'can’t tell'
  const { low, middle, high } = ratio
  if (low > 1 && middle > SLOWER) return 'worse'
  if (high < 1 && middle < FASTER) return 'better'
  return low >= FASTER && high <= SLOWER ? 'same' : 'can’t tell'
}

/** A number that only the earlier core has. */
function missingNow(series: Series, results: Results, label: string): Change[] {
  const { scenario, condition, metric, contender } = series
  const name = contender.slice(0, -label.length - 1)
  if (results.find(scenario, condition, metric, name)) return []
  return [{ series, verdict: 'not there', lack: `only the core ${label} has this number` }]
}

function isSameNumber(a: Series, b: Series): boolean {
  return (
    a.scenario === b.scenario &&
    a.condition === b.condition &&
    a.metric === b.metric &&
    a.contender === b.contender
  )
}

/** The quickest batches where there are batches: on a machine that others use, the median of a process is twice as long now and then. */
function valuesOf({ rounds }: Series): number[] {
  return rounds.map(({ value, quick }) => quick ?? value)
}
