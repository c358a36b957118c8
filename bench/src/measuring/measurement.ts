import { median, quantile } from './statistics.ts'

/** What one process found out about one thing. */
export interface Measurement {
  /** The number that the rows compare: time in µs, memory in MB, time in times of a floor's. */
  value: number
  unit: 'µs' | 'MB' | '×'
  /** The same of the quickest tenth of the batches, which others on the machine disturbed least. */
  quick?: number
  /** Of single calls, in µs. */
  p50?: number
  p99?: number
  /** CPU time of the whole process for each call, in µs. */
  cpu?: number
}

/** Of a process's batches (or single calls), in µs: what others do to it only ever adds time, so the quickest tell most. */
export function measurementOf(times: readonly number[]): Measurement {
  return { value: median(times), unit: 'µs', quick: quantile(times, 0.1) }
}

export type Measurements = Record<string, Measurement>
