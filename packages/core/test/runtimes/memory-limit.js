import assert from 'node:assert/strict'
import { configure } from '@syncbridge/core'
import { add, eatMemory } from './functions.js'

configure({ resourceLimits: { maxOldGenerationSizeMb: 40 } })
await assert.rejects(eatMemory.with({ timeout: 10_000 })(), (error) => {
  assert.equal(error.code, 'SYNCBRIDGE_THREAD_EXITED')
  return true
})
assert.equal(await add.with({ timeout: 10_000 })(1, 2), 3)
