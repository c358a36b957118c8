import assert from 'node:assert/strict'
import { threadId } from 'node:worker_threads'
import { callBack, makeCounter } from './functions.js'

assert.equal(await callBack((text) => `${text} ${threadId}`, 'here'), `here ${threadId}`)
assert.equal(await callBack(async (a, b) => a * b, 6, 7), 42)
await assert.rejects(
  callBack(() => {
    throw new RangeError('of the callback')
  }),
  (error) => error instanceof RangeError,
)
const counter = await makeCounter()
assert.notEqual((await counter()).threadId, threadId)
assert.equal((await counter()).value, 2)
