import assert from 'node:assert/strict'
import { configure, stats } from '@syncbridge/core'
import { addOnNarrow, holdNarrow, narrow, where, whereOnPool } from './functions.js'

configure({ pool: { maxThreads: 2 } })
const threads = await Promise.all(Array.from({ length: 20 }, () => whereOnPool()))
assert.ok(new Set(threads).size <= 2)
assert.ok(!threads.includes(await where()))
assert.ok(stats().threads.filter(({ role }) => role === 'pool').length <= 2)

const slots = new Int32Array(new SharedArrayBuffer(8))
const busy = holdNarrow(slots.buffer)
while (Atomics.load(slots, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 2))
const waiting = addOnNarrow(1, 2)
await assert.rejects(addOnNarrow(3, 4), { code: 'SYNCBRIDGE_QUEUE_FULL' })
Atomics.store(slots, 1, 1)
await busy
assert.equal(await waiting, 3)
await narrow.close()
