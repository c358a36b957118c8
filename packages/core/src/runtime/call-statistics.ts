import type { RecordableHistogram } from 'node:perf_hooks'
import type { Call, Settlement } from '../call/call.js'

/** Times of calls, in ms. */
export interface TimeSummary {
  /** How many calls were timed. */
  readonly count: number
  /** The shortest. */
  readonly min: number
  /** The mean. */
  readonly mean: number
  /** The median: half of them took no longer. */
  readonly p50: number
  /** The 99th percentile: all but one in a hundred took no longer. */
  readonly p99: number
  /** The longest. */
  readonly max: number
}

/** After so many calls only every eighth is timed: a look at the clock costs a tenth of a call. */
const ALL_TIMED = 1000

/** Counts of the calls that this thread has made, and times: of the first thousand, and then of every eighth. */
export class CallStatistics {
  made = 0
  succeeded = 0
  failed = 0
  /** How long functions have taken lately, in ms. */
  recentRun = 0
  // Made with the first call: they are a tenth of what importing this library costs.
  #histograms: Histograms | undefined = undefined

  /** Whether the next call is to be timed. */
  get isTiming(): boolean {
    return this.made < ALL_TIMED || (this.made & 7) === 0
  }

  get wait(): TimeSummary {
    return summaryOf(this.#histograms?.wait)
  }

  get run(): TimeSummary {
    return summaryOf(this.#histograms?.run)
  }

  /** A call that never was: what it was given can't cross. */
  unsent(): void {
    this.made += 1
    this.failed += 1
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
    this.recentRun += (ran - this.recentRun) / 8
    try {
      this.#histograms ??= makeHistograms()
      record(this.#histograms.run, ran)
      record(this.#histograms.wait, performance.now() - madeAt - ran)
    } catch {
      // Near the end of a stack Node's module can't be loaded. One time less is better than a call that nobody hears of.
    }
  }
}

// The histogram takes whole numbers from 1: microseconds are fine enough.
function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * 1000)))
}

interface Histograms {
  readonly wait: RecordableHistogram
  readonly run: RecordableHistogram
}

function makeHistograms(): Histograms {
  const { createHistogram } = process.getBuiltinModule('node:perf_hooks')
  return { wait: createHistogram(), run: createHistogram() }
}

function summaryOf(histogram: RecordableHistogram | undefined): TimeSummary {
  const count = histogram?.count ?? 0
  if (!histogram || count === 0) return { count, min: 0, mean: 0, p50: 0, p99: 0, max: 0 }
  return {
    count,
    min: histogram.min / 1000,
    mean: histogram.mean / 1000,
    p50: histogram.percentile(50) / 1000,
    p99: histogram.percentile(99) / 1000,
    max: histogram.max / 1000,
  }
}
