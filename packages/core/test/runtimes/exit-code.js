// Ends with 5: by `process.exitCode`, though an idle thread is there.
import assert from 'node:assert/strict'
import { add, addLater } from './functions.js'

assert.equal(addLater(1, 2), 3)
assert.equal(await add(1, 2), 3)
process.exitCode = 5
