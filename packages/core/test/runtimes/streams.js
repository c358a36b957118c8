import assert from 'node:assert/strict'
import { countUp } from './functions.js'

const numbers = []
for await (const number of await countUp.with({ timeout: 10_000 })(3)) numbers.push(number)
assert.deepEqual(numbers, [1, 2, 3])
