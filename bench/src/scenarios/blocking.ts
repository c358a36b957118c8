import { measureBlocking, measureCold } from '../measuring/measure-blocking.ts'
import type { Scenario } from './scenario.ts'

const text = 'x'.repeat(1024)

export const blocking: Scenario = {
  name: 'blocking',
  about: 'a blocking call from the main thread: a number, and a string of 1 KB, there and back',
  conditions: ['pinned', 'free', 'cold', 'hogs'],
  contenders: [
    'syncbridge',
    'synckit',
    'make-synchronized',
    'make-synchronous',
    'sync-message-port',
    'floor-evented',
    'floor-parked',
  ],
  async measure(contender, condition) {
    const call = await contender.blocking?.('echo')
    if (!call) throw new Error('It has no blocking call.')
    if (condition === 'cold') {
      const amount = { warmUp: 10_000, calls: 80 }
      return {
        number: await measureCold(call, 42, amount),
        'string 1 KB': await measureCold(call, text, amount),
      }
    }
    const amount = { warmUp: 30_000, batches: 25, perBatch: condition === 'pinned' ? 200 : 100 }
    return {
      number: measureBlocking(call, 42, amount),
      'string 1 KB': measureBlocking(call, text, amount),
    }
  },
}
