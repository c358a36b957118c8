import assert from 'node:assert/strict'
import { add, spinFor, waitForAbort } from './functions.js'

const seen = new Int32Array(new SharedArrayBuffer(8))
const running = new AbortController()
const call = assert.rejects(waitForAbort.with({ signal: running.signal })(seen.buffer), {
  message: 'not wanted any more',
})
while (Atomics.load(seen, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 2))
running.abort(new Error('not wanted any more'))
await call
assert.equal(await add(1, 2), 3)
assert.equal(Atomics.load(seen, 1), 1)

const queued = new AbortController()
const before = spinFor(50)
const behind = assert.rejects(add.with({ signal: queued.signal })(1, 2), { name: 'AbortError' })
queued.abort()
await behind
await before
