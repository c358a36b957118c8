/** What one process found out about one thing. */
export interface Measurement {
  /** The number that the rows compare: time in µs, memory in MB, time in times of a floor's. */
  value: number
  unit: 'µs' | 'MB' | '×'
  /** Of single calls, in µs. */
  p50?: number
  p99?: number
  /** CPU time of the whole process for each call, in µs. */
  cpu?: number
}

export type Measurements = Record<string, Measurement>
