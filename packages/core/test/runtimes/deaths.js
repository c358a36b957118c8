import assert from 'node:assert/strict'
import { ThreadExitedError } from '@syncbridge/core'
import { add, exitWith, makeCounter, throwInTimer, where } from './functions.js'

await assert.rejects(exitWith(7), (error) => {
  assert.ok(error instanceof ThreadExitedError)
  assert.equal(error.exitCode, 7)
  return true
})
assert.equal(await add(1, 2), 3)

const counter = await makeCounter()
assert.equal((await counter()).value, 1)
// What is in the queue when the thread ends runs on the next one; what had begun fails.
const dying = exitWith(3)
const behind = add(3, 4)
await assert.rejects(dying, { exitCode: 3 })
assert.equal(await behind, 7)
await assert.rejects(counter(), { code: 'SYNCBRIDGE_THREAD_EXITED' })

// The timer fires between two calls; the first one that finds the thread dead, or dying, is told why, or runs on the next thread.
const before = await where()
await throwInTimer()
let after = before
for (let round = 0; after === before && round < 1000; round += 1) {
  await new Promise((resolve) => setTimeout(resolve, 5))
  after = await where().catch((error) => {
    assert.equal(error.code, 'SYNCBRIDGE_THREAD_EXITED')
    assert.equal(error.cause?.message, 'nobody catches this')
    return before
  })
}
assert.notEqual(after, before)
