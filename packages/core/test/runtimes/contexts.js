import assert from 'node:assert/strict'
import { configure, stats, ThreadSensitiveContext } from '@syncbridge/core'
import { count, noteExit } from './functions.js'

configure({ leased: { maxThreads: 2 } })
const memory = new SharedArrayBuffer(4)
const request = () =>
  new ThreadSensitiveContext().run(async () => {
    await noteExit(memory)
    const first = await count()
    const second = await count()
    assert.equal(first.threadId, second.threadId)
    assert.equal(second.state, first.state + 1)
    return first.threadId
  })
const both = await Promise.all([request(), request()])
assert.equal(new Set(both).size, 2)
const more = await Promise.all(Array.from({ length: 10 }, request))
assert.equal(new Set([...both, ...more]).size, 2)
assert.equal(new Int32Array(memory)[0], 12)
assert.equal(stats().threads.filter(({ role }) => role === 'leased').length, 2)
