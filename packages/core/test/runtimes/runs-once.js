// Code that ends by itself just when its thread is being ended for it.
import assert from 'node:assert/strict'
import { configure } from '@syncbridge/core'
import { bump, spinFor, where } from './functions.js'

const GRACE = 20
configure({ grace: { timeout: GRACE } })
for (let late = 0; late <= 120; late += 40) {
  await where()
  const slots = new Int32Array(new SharedArrayBuffer(4))
  const stuck = spinFor
    .with({ timeout: GRACE })(2 * GRACE + 50 + late)
    .catch(() => undefined)
  const behind = [bump(slots.buffer), bump(slots.buffer), bump(slots.buffer)]
  await stuck
  await Promise.all(behind)
  // Time for the old thread to run them once more.
  await new Promise((resolve) => setTimeout(resolve, late + 50))
  assert.equal(slots[0], 3)
}
