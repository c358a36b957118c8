import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import * as stays from './fixtures/will-not-end.js'

describe('a thread that an uncaught error has ended, and that does not end', () => {
  for (const kind of stays.kinds)
    test(`is ended and replaced (${kind})`, async () => {
      const before = await stays.stay(kind)
      // Those that the thread has taken before its error fail with it; the test's own deadline ends this.
      let thread = before
      while (thread === before) thread = await stays.thread().catch(() => before)
      assert.equal(typeof thread, 'number')
    })
})

describe('fake timers of a test runner', () => {
  test('hold up no call, and none afterwards', async () => {
    mock.timers.enable()
    try {
      for (let times = 0; times < 50; times += 1)
        assert.equal(typeof (await stays.thread()), 'number')
    } finally {
      mock.timers.reset()
    }
    assert.equal(typeof (await stays.thread()), 'number')
  })
})
