import assert from 'node:assert/strict'
import { add, echoLater, overflow, overflowLater, whereIsLoop } from './functions.js'

const isOverflow = (error) => error instanceof RangeError && /stack/i.test(error.message)
await assert.rejects(overflow(), isOverflow)
assert.equal(await add(1, 2), 3)
assert.throws(() => overflowLater(), isOverflow)
const loop = whereIsLoop()

// Near the end of this thread's own stack a call is answered, or fails for that reason, and the next one is answered.
const inTime = { timeout: 10_000 }
const plain = { list: [1, { two: 'three' }] }
const byPort = { error: new RangeError('a value', { cause: new Map([[1, new Set([2])]]) }) }
let isAnswered = false
function callWith(value) {
  try {
    assert.deepEqual(Object.keys(echoLater.with(inTime)(value)), Object.keys(value))
    isAnswered = true
  } catch (error) {
    if (!isOverflow(error)) assert.equal(error.code, 'SYNCBRIDGE_TRANSFER')
  }
}

function depth() {
  try {
    return 1 + depth()
  } catch {
    return 1
  }
}
function dive(levels, value) {
  if (levels > 0) dive(levels - 1, value)
  else callWith(value)
  return levels
}
const deepest = depth()
for (const value of [plain, byPort]) {
  isAnswered = false
  for (let room = 40; room < 0.8 * deepest; room = Math.ceil(room * 1.15)) {
    try {
      dive(deepest - room, value)
    } catch (error) {
      assert.ok(isOverflow(error), error)
    }
    // The same thread: what could not be read was not taken for something broken.
    assert.equal(whereIsLoop.with(inTime)(), loop)
  }
  assert.ok(isAnswered)
}
assert.equal(await add.with(inTime)(1, 2), 3)
