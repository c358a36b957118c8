import { measureAwaited } from '../measuring/measure-awaited.ts'
import { measureBlocking } from '../measuring/measure-blocking.ts'
import type { Measurements } from '../measuring/measurement.ts'
import type { Scenario } from './scenario.ts'

export const asgiref: Scenario = {
  name: 'asgiref',
  about: 'the three calls that Python’s asgiref has, too',
  conditions: ['pinned'],
  contenders: ['syncbridge', 'asgiref'],
  async measure({ awaited, blocking, nested, measureItself }) {
    if (measureItself) {
      const found = Object.entries(measureItself())
      return Object.fromEntries(found.map(([metric, value]) => [metric, { value, unit: 'µs' }]))
    }
    const call = await awaited?.('echoSync', 1)
    const block = await blocking?.('echo')
    const calls = await nested?.()
    if (!call || !block || !calls) throw new Error('It lacks one of the three calls.')
    const amount = { inFlight: 1, warmUp: 30_000, batches: 10, perBatch: 200 }
    const found: Measurements = {}
    found['sync to async'] = await measureAwaited(call, amount)
    found['async to sync'] = measureBlocking(block, 42, amount)
    found.around = await measureAwaited(calls.around, amount)
    return found
  },
}
