import assert from 'node:assert/strict'
import { configure, shutdown, stats } from '@syncbridge/core'
import { add, addLater, tellExit } from './functions.js'

const memory = new SharedArrayBuffer(4)
await tellExit(memory)
assert.equal(addLater(1, 2), 3)
assert.equal(stats().threads.length, 2)
await shutdown()
assert.equal(new Int32Array(memory)[0], 1)
assert.equal(stats().threads.length, 0)
await assert.rejects(async () => add(1, 2), { code: 'SYNCBRIDGE_CLOSED' })
configure({})
assert.equal(await add(1, 2), 3)
await shutdown()
