import type { Change, ChangeVerdict } from '../changes.ts'
import type { Ratio } from '../measuring/paired-ratio.ts'
import { short, textTable } from './text-table.ts'

export function comparisonTable(changes: readonly Change[], label: string): string {
  return textTable(
    ['what', 'where', label, 'now', 'ratio', '95 %', 'pairs', ''],
    changes.map(({ series, before, now, ratio, verdict, seemed, lack }) => [
      `${series.scenario}, ${series.metric}`,
      series.condition,
      before === undefined ? '' : short(before),
      now === undefined ? '' : short(now),
      ratio ? ratio.middle.toFixed(2) : '',
      ratio ? interval(ratio) : '',
      lack === undefined ? String(series.rounds.length) : '',
      `${verdict === 'worse' ? 'WORSE' : verdict}${remark(seemed, lack)}`,
    ]),
    [2, 3, 4, 5, 6],
  )
}

/** How many numbers got which verdict: `1 worse, 20 same, 3 can’t tell`. */
export function changeCount(changes: readonly Change[]): string {
  const verdicts: ChangeVerdict[] = ['worse', 'better', 'same', 'can’t tell', 'not there']
  return verdicts
    .map((verdict) => [changes.filter((each) => each.verdict === verdict).length, verdict] as const)
    .filter(([count, verdict]) => count > 0 || verdict === 'worse')
    .map(([count, verdict]) => `${count} ${verdict}`)
    .join(', ')
}

function interval({ low, high }: Ratio): string {
  return `${low.toFixed(2)}–${high.toFixed(2)}`
}

function remark(seemed: Ratio | undefined, lack: string | undefined): string {
  if (lack !== undefined) return `: ${lack}`
  return seemed ? `, measured again after ${seemed.middle.toFixed(2)} (${interval(seemed)})` : ''
}
