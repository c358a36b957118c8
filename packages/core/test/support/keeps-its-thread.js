import assert from 'node:assert/strict'
import { afterEach, beforeEach } from 'node:test'
import { giveBack, thread } from '../fixtures/user-code.js'

/** After each test of a file the next call is answered, and by the thread that was there before. */
export function eachKeepsItsThread() {
  let before
  beforeEach(async () => {
    before = await thread()
  })
  afterEach(async () => {
    assert.equal(await giveBack('next'), 'next')
    assert.equal(await thread(), before, 'the thread has ended')
  })
}
