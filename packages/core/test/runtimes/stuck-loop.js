// The main thread is blocked from here to the end.
import assert from 'node:assert/strict'
import { configure } from '@syncbridge/core'
import { addLater, spinOnLoop, whereIsLoop } from './functions.js'

configure({ grace: { timeout: 100 } })
const before = whereIsLoop()
const begun = new Int32Array(new SharedArrayBuffer(4))
// On a busy machine the time may pass before it begins: then it never does.
while (begun[0] === 0)
  assert.throws(() => spinOnLoop.with({ timeout: 50 })(begun.buffer), {
    code: 'SYNCBRIDGE_CALL_TIMEOUT',
  })
assert.equal(addLater.with({ timeout: 10_000 })(1, 2), 3)
assert.notEqual(whereIsLoop(), before)
