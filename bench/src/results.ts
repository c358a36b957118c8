import type { ConditionName } from './machine/conditions.ts'
import type { Measurement, Measurements } from './measuring/measurement.ts'
import { median, quantile, spread } from './measuring/statistics.ts'

/** One thing that was measured, of one contender: a number a round. */
export interface Series {
  scenario: string
  condition: ConditionName
  metric: string
  contender: string
  rounds: Measurement[]
}

export interface Summary {
  median: number
  /** How far apart the middle half of the rounds lies, as a share of the median. */
  spread: number
  unit: Measurement['unit']
  p99: number | undefined
  cpu: number | undefined
}

/** Everything one run found, in the order in which it was measured. */
export class Results {
  readonly #series = new Map<string, Series>()
  readonly #lacks = new Map<string, string>()

  add(
    scenario: string,
    condition: ConditionName,
    contender: string,
    measurements: Measurements,
  ): void {
    for (const [metric, measurement] of Object.entries(measurements)) {
      const key = [scenario, condition, metric, contender].join('\n')
      let series = this.#series.get(key)
      if (!series) {
        series = { scenario, condition, metric, contender, rounds: [] }
        this.#series.set(key, series)
      }
      series.rounds.push(measurement)
    }
  }

  find(scenario: string, condition: ConditionName, metric: string, contender: string) {
    return this.#series.get([scenario, condition, metric, contender].join('\n'))
  }

  /** Keeps why a contender could not be measured. */
  addLack(scenario: string, condition: ConditionName, contender: string, reason: string): void {
    this.#lacks.set([scenario, condition, contender].join('\n'), reason)
  }

  lackOf(scenario: string, condition: ConditionName, contender: string): string | undefined {
    return this.#lacks.get([scenario, condition, contender].join('\n'))
  }

  all(): Series[] {
    return [...this.#series.values()]
  }
}

export function summarise({ rounds }: Series): Summary {
  const values = rounds.map(({ value }) => value)
  const p99s = rounds.flatMap(({ p99 }) => p99 ?? [])
  const cpus = rounds.flatMap(({ cpu }) => cpu ?? [])
  return {
    median: median(values),
    spread: spread(values),
    unit: rounds[0]?.unit ?? 'µs',
    p99: p99s.length > 0 ? median(p99s) : undefined,
    cpu: cpus.length > 0 ? median(cpus) : undefined,
  }
}

/** The lowest and the highest of one series divided by another, round by round. */
export function ratioRange(above: Series, below: Series): { low: number; high: number } {
  const ratios = above.rounds.flatMap(({ value }, round) => {
    const other = below.rounds[round]
    return other ? value / other.value : []
  })
  return { low: quantile(ratios, 0), high: quantile(ratios, 1) }
}
