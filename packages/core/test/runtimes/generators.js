import assert from 'node:assert/strict'
import { numbers, numbersLater } from './functions.js'

const memory = new SharedArrayBuffer(4)
const got = []
for await (const number of numbers(3)) got.push(number)
for (const number of numbersLater(3)) got.push(number)
assert.deepEqual(got, [1, 2, 3, 1, 2, 3])
for await (const number of numbers(1e9, memory)) if (number === 5) break
assert.equal(new Int32Array(memory)[0], 1)
