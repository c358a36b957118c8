import assert from 'node:assert/strict'
import { stats } from '@syncbridge/core'
import { climb } from './functions.js'

assert.equal(await climb(200), 200)
// The levels share the loop's thread and one other.
assert.equal(stats().threads.length, 1)
