import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Local } from '@syncbridge/core'
import { collect } from '../support/collect.js'
import { until } from './support/until.js'

for (const threadCritical of [true, false]) {
  test(`test_thread_critical_Local_remove_all_reference_cycles: a Local that nobody holds is collected, threadCritical ${threadCritical}`, async () => {
    const made = makeAndRead(threadCritical)
    await until(() => {
      collect()
      return made.deref() === undefined
    })
  })
}

/** In a function of its own: nothing of this frame is left to hold it. */
function makeAndRead(threadCritical) {
  const local = new Local({ threadCritical })
  assert.equal(local.missing, undefined)
  return new WeakRef(local)
}
