// The main thread is blocked while the loop thread runs out of memory.
import assert from 'node:assert/strict'
import { configure } from '@syncbridge/core'
import { addLater, eatMemoryLater } from './functions.js'

configure({ resourceLimits: { maxOldGenerationSizeMb: 40 } })
assert.throws(() => eatMemoryLater.with({ timeout: 5000 })(), { code: 'SYNCBRIDGE_THREAD_EXITED' })
assert.equal(addLater.with({ timeout: 10_000 })(1, 2), 3)
