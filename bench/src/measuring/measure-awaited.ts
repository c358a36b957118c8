import type { Measurement } from './measurement.ts'
import { median } from './statistics.ts'

export interface AwaitedAmount {
  inFlight: number
  warmUp: number
  batches: number
  perBatch: number
}

/** Keeps `inFlight` calls under way and gives the time for each call in µs: the median of the batches' means. */
export async function measureAwaited(
  call: (index: number) => Promise<unknown>,
  { inFlight, warmUp, batches, perBatch }: AwaitedAmount,
): Promise<Measurement> {
  let results = 0
  const run = async (count: number) => {
    let left = count
    const chain = async () => {
      while (left-- > 0) if ((await call(left)) !== undefined) results++
    }
    await Promise.all(Array.from({ length: inFlight }, chain))
  }
  await run(warmUp)
  const means: number[] = []
  const before = process.cpuUsage()
  for (let batch = 0; batch < batches; batch++) {
    const start = performance.now()
    await run(perBatch)
    means.push(((performance.now() - start) * 1000) / perBatch)
  }
  const { user, system } = process.cpuUsage(before)
  const calls = warmUp + batches * perBatch
  if (results !== calls) throw new Error(`${calls - results} of ${calls} calls gave no result.`)
  return { value: median(means), unit: 'µs', cpu: (user + system) / (batches * perBatch) }
}
