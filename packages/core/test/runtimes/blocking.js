import assert from 'node:assert/strict'
import { threadId } from 'node:worker_threads'
import { addLater, whereIsLoop } from './functions.js'

assert.equal(addLater(2, 3), 5)
assert.notEqual(whereIsLoop(), threadId)
for (let number = 0; number < 200; number += 1) assert.equal(whereIsLoop(), whereIsLoop())
