import { measureAwaited } from '../measuring/measure-awaited.ts'
import { measureBlocking } from '../measuring/measure-blocking.ts'
import type { Measurement, Measurements } from '../measuring/measurement.ts'
import { resident } from '../measuring/resident.ts'
import type { Scenario } from './scenario.ts'

const MILLION = 1_000_000
const MILLIONS = 10

export const endurance: Scenario = {
  name: 'endurance',
  about:
    'ten million calls in one process: time and resident memory in the first million and in the last',
  conditions: ['free'],
  contenders: ['syncbridge'],
  long: true,
  async measure({ awaited, blocking }) {
    const call = await awaited?.('echoSync', 1)
    const block = await blocking?.('echo')
    if (!call || !block) throw new Error('It lacks one of the two calls.')
    const amount = { warmUp: 10_000, batches: 100, perBatch: MILLION / 100 }
    return {
      ...(await endure('awaited', () => measureAwaited(call, { ...amount, inFlight: 64 }))),
      ...(await endure('blocking', () => measureBlocking(block, 42, amount))),
    }
  },
}

async function endure(
  name: string,
  million: () => Measurement | Promise<Measurement>,
): Promise<Measurements> {
  const memory = async () => ({ value: (await resident()) / 2 ** 20, unit: 'MB' }) as const
  const found: Measurements = {}
  found[`${name}, first million`] = await million()
  found[`${name}, memory after the first`] = await memory()
  let last: Measurement | undefined
  for (let index = 1; index < MILLIONS; index++) last = await million()
  if (last) found[`${name}, last million`] = last
  found[`${name}, memory after the last`] = await memory()
  return found
}
