import { setTimeout as sleep } from 'node:timers/promises'
import type { BlockingCall } from '../contenders/contender.ts'
import { type Measurement, measurementOf } from './measurement.ts'
import { median, quantile } from './statistics.ts'

export interface Amount {
  warmUp: number
  batches: number
  perBatch: number
}

/** Calls back to back: the median of the batches' means, then single calls for the percentiles. */
export function measureBlocking(
  call: BlockingCall,
  value: unknown,
  { warmUp, batches, perBatch }: Amount,
): Measurement {
  let results = 0
  const run = (count: number) => {
    for (let index = 0; index < count; index++) if (call(value) !== undefined) results++
  }
  run(warmUp)
  const means: number[] = []
  const before = process.cpuUsage()
  for (let batch = 0; batch < batches; batch++) {
    const start = performance.now()
    run(perBatch)
    means.push(((performance.now() - start) * 1000) / perBatch)
  }
  const { user, system } = process.cpuUsage(before)
  const singles: number[] = []
  for (let index = 0; index < batches * 20; index++) {
    const start = performance.now()
    run(1)
    singles.push((performance.now() - start) * 1000)
  }
  assertAll(results, warmUp + batches * (perBatch + 20))
  return {
    ...measurementOf(means),
    p50: median(singles),
    p99: quantile(singles, 0.99),
    cpu: (user + system) / (batches * perBatch),
  }
}

/** Calls 2 ms apart, the thread asleep between them, each timed for itself. */
export async function measureCold(
  call: BlockingCall,
  value: unknown,
  { warmUp, calls }: { warmUp: number; calls: number },
): Promise<Measurement> {
  let results = 0
  for (let index = 0; index < warmUp; index++) if (call(value) !== undefined) results++
  const singles: number[] = []
  const before = process.cpuUsage()
  for (let index = 0; index < calls; index++) {
    await sleep(2)
    const start = performance.now()
    if (call(value) !== undefined) results++
    singles.push((performance.now() - start) * 1000)
  }
  const { user, system } = process.cpuUsage(before)
  assertAll(results, warmUp + calls)
  return {
    ...measurementOf(singles),
    p50: median(singles),
    p99: quantile(singles, 0.99),
    cpu: (user + system) / calls,
  }
}

function assertAll(results: number, calls: number): void {
  if (results !== calls) throw new Error(`${calls - results} of ${calls} calls gave no result.`)
}
