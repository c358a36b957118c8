import { type Measurement, measurementOf } from './measurement.ts'
import { median, quantile } from './statistics.ts'

export interface AwaitedAmount {
  inFlight: number
  warmUp: number
  batches: number
  perBatch: number
}

/** Keeps `inFlight` calls under way: the time for each call, by the median of the batches' means, then single latencies. */
export async function measureAwaited(
  call: (index: number) => Promise<unknown>,
  { inFlight, warmUp, batches, perBatch }: AwaitedAmount,
): Promise<Measurement> {
  const run = (count: number, one = call) => keepInFlight(inFlight, count, one)
  await run(warmUp)
  const means: number[] = []
  const before = process.cpuUsage()
  for (let batch = 0; batch < batches; batch++) {
    const start = performance.now()
    await run(perBatch)
    means.push(((performance.now() - start) * 1000) / perBatch)
  }
  const { user, system } = process.cpuUsage(before)
  const singles: number[] = []
  await run(perBatch, async (index) => {
    const start = performance.now()
    const result = await call(index)
    singles.push((performance.now() - start) * 1000)
    return result
  })
  return {
    ...measurementOf(means),
    p50: median(singles),
    p99: quantile(singles, 0.99),
    cpu: (user + system) / (batches * perBatch),
  }
}

/**
 * Makes `count` calls and keeps `inFlight` of them under way.
 * @throws Error where a call gave no result.
 */
export async function keepInFlight(
  inFlight: number,
  count: number,
  call: (index: number) => Promise<unknown>,
): Promise<void> {
  let left = count
  let results = 0
  const chain = async () => {
    while (left-- > 0) if ((await call(left)) !== undefined) results++
  }
  await Promise.all(Array.from({ length: inFlight }, chain))
  if (results !== count) throw new Error(`${count - results} of ${count} calls gave no result.`)
}
