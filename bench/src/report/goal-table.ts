import type { Goal } from '../goals.ts'
import type { Verdict } from '../verdicts.ts'
import { short, textTable } from './text-table.ts'

/** The goals, one a line, with what this run says of each. */
export function goalTable(verdicts: readonly Verdict[]): string {
  return textTable(
    ['what', 'where', 'ours', 'against', 'theirs', 'ratio', 'rounds', 'goal', 'met'],
    verdicts.map(({ goal, ours, theirs, best, value, range, met }) => [
      goal.what,
      goal.condition,
      short(ours),
      best,
      short(theirs),
      short(value),
      range ? `${range.low.toFixed(2)}–${range.high.toFixed(2)}` : '',
      limitOf(goal),
      met ? 'yes' : 'NO',
    ]),
    [2, 4, 5, 6, 7],
  )
}

/** How many of them are met. */
export function goalCount(verdicts: readonly Verdict[]): string {
  const met = verdicts.filter((verdict) => verdict.met).length
  return `${met} of ${verdicts.length} goals met.`
}

function limitOf({ by = 'ratio', limit }: Goal): string {
  return `${by === 'times slower' ? '≥' : '≤'} ${limit}`
}
