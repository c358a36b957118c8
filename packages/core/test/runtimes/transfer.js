import assert from 'node:assert/strict'
import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { transfer } from '@syncbridge/core'
import { fill, sendBy, sum } from './functions.js'

const bytes = new Uint8Array([1, 2, 3])
assert.equal(await sum(bytes), 6)
assert.equal(bytes.byteLength, 3)
assert.equal(await sum(transfer(bytes)), 6)
assert.equal(bytes.byteLength, 0)
const buffer = new ArrayBuffer(1_000_000)
const filled = await fill(transfer(buffer), 7)
assert.equal(buffer.byteLength, 0)
assert.equal(new Uint8Array(filled).at(-1), 7)
const { port1, port2 } = new MessageChannel()
const message = once(port1, 'message')
await sendBy(transfer(port2), 'by port')
assert.equal((await message)[0], 'by port')
port1.close()
