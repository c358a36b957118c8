/** Code that a call has left behind and that never gives its thread back: the thread is replaced once somebody has given up waiting for it. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { configure } from '@syncbridge/core'
import * as left from './fixtures/left-behind.js'
import { Latch } from './support/latch.js'
import { graceHasPassed } from './support/past-grace.js'

before(() => configure({ grace: { timeout: 200 }, pool: { maxThreads: 1 } }))
after(() => configure({ grace: { timeout: 1000 } }))

for (const [place, calls] of Object.entries({ shared: left.shared, pooled: left.pooled }))
  describe(`on a thread that is ${place}`, () => {
    for (const kind of left.kinds)
      test(`${kind}: the thread is replaced, and calls are answered again`, async () => {
        const { leave, where } = calls
        const thread = await leave(kind)
        let next = thread
        // The first ones may still be answered there, and others time out; the test's own deadline ends this.
        while (next === thread)
          next = await where
            .with({ timeout: 300 })()
            .catch(() => thread)
        assert.equal(typeof next, 'number')
      })
  })

test('a call that runs for longer than the grace is not taken for it', async () => {
  const { where, block } = left.shared
  const thread = await where()
  const latch = new Latch()
  const long = block(latch.memory)
  await assert.rejects(where.with({ timeout: 50 })(), { code: 'SYNCBRIDGE_CALL_TIMEOUT' })
  await graceHasPassed()
  latch.open()
  assert.equal(await long, thread)
  assert.equal(await where(), thread)
})
