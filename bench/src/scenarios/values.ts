import type { BlockingCall, MovingCall } from '../contenders/contender.ts'
import { type Amount, measureBlocking } from '../measuring/measure-blocking.ts'
import type { Measurements } from '../measuring/measurement.ts'
import { sampleObject } from './sample-object.ts'
import type { Scenario } from './scenario.ts'

const MB = 2 ** 20
const small: Amount = { warmUp: 8000, batches: 12, perBatch: 50 }
/** As many as the numbers that these are compared with. */
const many: Amount = { warmUp: 30_000, batches: 25, perBatch: 200 }
/** So many that each batch pays for its own garbage. */
const large: Amount = { warmUp: 100, batches: 6, perBatch: 50 }

export const values: Scenario = {
  name: 'values',
  about:
    'a blocking call with an object of 10 KB there and back, a buffer there, a buffer moved there and back, an error back',
  conditions: ['pinned'],
  contenders: [
    'syncbridge',
    'synckit',
    'make-synchronized',
    'make-synchronous',
    'sync-message-port',
  ],
  async measure({ blocking, moving }) {
    if (!blocking) throw new Error('It has no blocking call.')
    const found: Measurements = {}
    found['object 10 KB'] = measureBlocking(await blocking('echo'), sampleObject, small)
    found['buffer 1 MB'] = measureBlocking(await blocking('size'), new Uint8Array(MB), large)
    found.throws = measureBlocking(catching(await blocking('fail')), 5, small)
    const move = await moving?.()
    if (move) {
      for (const size of [1, 16]) found[`moved ${size} MB`] = measureMoving(move, size)
    }
    return found
  },
}

function measureMoving(move: MovingCall, size: number) {
  let bytes = new Uint8Array(size * MB)
  const call = () => {
    bytes = move(bytes)
    return bytes.byteLength === size * MB ? size : undefined
  }
  return measureBlocking(call, undefined, many)
}

/** A call that must fail, and with what was thrown. */
function catching(fail: BlockingCall): BlockingCall {
  return (limit) => {
    try {
      fail(limit)
    } catch (error) {
      if ((error as Error).message === `more than ${limit}`) return true
    }
    return undefined
  }
}
