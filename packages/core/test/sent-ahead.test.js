/** Calls that were sent ahead to a thread of a pool, and are taken back for another that has nothing to do. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { configure, shutdown, stats } from '@syncbridge/core'
import { addOnPool, holdAndNoteOnPool, holdOnPool } from './fixtures/basic.js'
import { blockAndExitOnPool } from './fixtures/deaths.js'
import { Ledger } from './support/latch.js'
import { occupied } from './support/occupied.js'

const PATIENCE = 15_000

before(() => {
  configure({ pool: { maxThreads: 2 } })
})
after(() => shutdown())

/** @returns whether all had their answers in time. */
async function allAnswered(calls) {
  let timer
  const tooLate = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE, false)
  })
  const isOver = await Promise.race([Promise.all(calls).then(() => true), tooLate])
  clearTimeout(timer)
  return isOver
}

/** So quick that they are sent ahead. */
async function warmUp() {
  for (let round = 0; round < 20; round += 1)
    await Promise.all(Array.from({ length: 50 }, (_, index) => addOnPool(index, 1)))
}

test('no call waits behind a long one, however often it was taken back', async () => {
  await warmUp()
  const ahead = await occupied(holdOnPool)
  // More than can be on offer at once, several times.
  for (let round = 0; round < 10; round += 1) {
    const calls = Array.from({ length: 3000 }, (_, index) => addOnPool(index, round))
    assert.ok(await allAnswered(calls), `calls of round ${round} are still behind the long one`)
  }
  ahead.release()
  assert.equal(typeof (await ahead.done), 'number')
  assert.equal(stats().calls.pending, 0)
})

test('nor where others were in line when it was taken back, as a thread had died', async () => {
  await warmUp()
  // Another function than before: of that one it is known by now that it takes long.
  const long = await occupied(holdAndNoteOnPool, new Ledger().memory, 1)
  const doomed = await occupied(blockAndExitOnPool, 3)
  const calls = Array.from({ length: 5000 }, (_, index) => addOnPool(index, 1))
  // For a moment, no other thread takes the place of the dead one: those in line stay there.
  configure({ pool: { maxThreads: 1 } })
  doomed.release()
  await assert.rejects(doomed.done, { code: 'SYNCBRIDGE_THREAD_EXITED' })
  configure({ pool: { maxThreads: 2 } })
  calls.push(addOnPool(0, 1))
  assert.ok(await allAnswered(calls), 'calls are still behind the long one')
  long.release()
  assert.equal(typeof (await long.done), 'number')
  assert.equal(stats().calls.pending, 0)
})
