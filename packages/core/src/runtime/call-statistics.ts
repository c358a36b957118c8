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

/** Counts and times of the calls that this thread has made. */
export class CallStatistics {
  made = 0
  succeeded = 0
  failed = 0
  readonly #wait = createHistogram()
  readonly #run = createHistogram()

  watch(call: Call): void {
    this.made += 1
    call.whenSettled((settlement) => this.#record(call, settlement))
  }

  get wait(): TimeSummary {
    return summaryOf(this.#wait)
  }

  get run(): TimeSummary {
    return summaryOf(this.#run)
  }

  #record(call: Call, settlement: Settlement): void {
    if (!('outcome' in settlement)) {
      this.failed += 1
      return
    }
    if (settlement.outcome.ok) this.succeeded += 1
    else this.failed += 1
    const { ran } = settlement.outcome
    record(this.#run, ran)
    record(this.#wait, performance.now() - call.madeAt - ran)
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
