import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { Call, Settlement } from '../call/call.js'

/** Times of calls, in ms. */
export interface TimeSummary {
  readonly count: number
  readonly min: number
  readonly mean: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** After so many calls only every eighth is timed: a look at the clock costs a tenth of a call. */
const ALL_TIMED = 1000

/** Counts of the calls that this thread has made, and times: of the first thousand, and then of every eighth. */
export class CallStatistics {
  made = 0
  succeeded = 0
  failed = 0
  readonly #wait = createHistogram()
  readonly #run = createHistogram()

  /** Whether the next call is to be timed. */
  get isTiming(): boolean {
    return this.made < ALL_TIMED || (this.made & 7) === 0
  }

  get wait(): TimeSummary {
    return summaryOf(this.#wait)
  }

  get run(): TimeSummary {
    return summaryOf(this.#run)
  }

  record({ madeAt }: Call, settlement: Settlement): void {
    if (!('outcome' in settlement)) {
      this.failed += 1
      return
    }
    if (settlement.outcome.ok) this.succeeded += 1
    else this.failed += 1
    const { ran } = settlement.outcome
    if (ran === undefined || madeAt === 0) return
    record(this.#run, ran)
    record(this.#wait, performance.now() - madeAt - ran)
  }
}

// The histogram takes whole numbers from 1: microseconds are fine enough.
function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * 1000)))
}

function summaryOf(histogram: RecordableHistogram): TimeSummary {
  const { count } = histogram
  if (count === 0) return { count, min: 0, mean: 0, p50: 0, p99: 0, max: 0 }
  return {
    count,
    min: histogram.min / 1000,
    mean: histogram.mean / 1000,
    p50: histogram.percentile(50) / 1000,
    p99: histogram.percentile(99) / 1000,
    max: histogram.max / 1000,
  }
}
