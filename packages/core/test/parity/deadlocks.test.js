import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeadlockError, LocalContext, TransferError } from '@syncbridge/core'
import { Ledger } from '../support/latch.js'
import { runFiles } from '../support/run-in-process.js'
import * as deadlocks from './fixtures/deadlocks.js'
import { note, where } from './fixtures/places.js'

test('row 132: what would certainly wait for itself is refused: a module that blocks on the loop that is importing it', async (t) => {
  const { stdout, late } = await runFiles(t, {
    'main.mjs': `
import { answer } from './answer.mjs'
console.log(answer)
`,
    'answer.mjs': `
import { asyncToSync } from '@syncbridge/core'
const load = asyncToSync(async () => 42)
export let answer
try { answer = load() } catch (error) { console.log(error.code) }
`,
  })
  assert.deepEqual({ stdout, late }, { stdout: `${DeadlockError.code}\n42\n`, late: false })
})

test('row 133: sync code with a loop of its own may call sync code from there', async () => {
  const { top, below } = await deadlocks.ownLoop()
  assert.equal(below, top)
})

test('row 133: so may sync code with a thread of its own, which has a shared thread of its own', async () => {
  const { top, below } = await deadlocks.ownThread()
  assert.notEqual(below, top)
})

test('row 134: two calls at once in one given context are no deadlock', async () => {
  const context = new LocalContext()
  const [one, two] = await Promise.all([where.with({ context })(), where.with({ context })()])
  assert.equal(one, two)
})

test('row 135: a call that can not be sent says why and spoils nothing', async () => {
  await assert.rejects(note(Promise.resolve(), 1), TransferError)
  const ledger = new Ledger()
  await note(ledger.memory, 1)
  assert.deepEqual(ledger.entries, [1])
})

test('row 136: code that waits for a stranger who waits for its thread is released by a timeout', async () => {
  const { promised } = deadlocks
  const call = deadlocks.waitForStranger()
  promised.task = where()
  await assert.rejects(call, { code: 'SYNCBRIDGE_CALL_TIMEOUT' })
  await promised.task
})
