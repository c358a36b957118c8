import assert from 'node:assert/strict'
import { configure } from '@syncbridge/core'
import { add, spin, where } from './functions.js'

configure({ grace: { timeout: 100 } })
const before = await where()
const begun = new Int32Array(new SharedArrayBuffer(4))
// On a busy machine the time may pass before it begins: then it never does.
while (begun[0] === 0)
  await assert.rejects(spin.with({ timeout: 50 })(begun.buffer), {
    code: 'SYNCBRIDGE_CALL_TIMEOUT',
  })
assert.equal(await add.with({ timeout: 10_000 })(1, 2), 3)
assert.notEqual(await where(), before)
