import assert from 'node:assert/strict'
import { CallTimeoutError } from '@syncbridge/core'
import { add, sleepOnLoop, spinFor } from './functions.js'

await assert.rejects(
  spinFor.with({ timeout: 30 })(200),
  (error) => error instanceof CallTimeoutError,
)
assert.equal(await add(1, 2), 3)
assert.throws(() => sleepOnLoop.with({ timeout: 30 })(), { code: 'SYNCBRIDGE_CALL_TIMEOUT' })
