import assert from 'node:assert/strict'
import { threadId } from 'node:worker_threads'
import { add, addHere, where } from './functions.js'

assert.equal(await add(2, 3), 5)
assert.equal(await addHere(20, 22), 42)
assert.notEqual(await where(), threadId)
const sums = await Promise.all(Array.from({ length: 500 }, (_, number) => add(number, 1)))
assert.deepEqual(
  sums,
  sums.map((_, number) => number + 1),
)
