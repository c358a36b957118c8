import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ThreadSensitiveContext } from '@syncbridge/core'
import { Latch, Ledger } from '../support/latch.js'
import { occupied } from '../support/occupied.js'
import * as cancellation from './fixtures/cancellation.js'
import { hold, note, where } from './fixtures/places.js'

const gone = new Error('the client is gone')

/** A request in a context, given up as soon as its task has started. */
async function giveUp(start) {
  const request = cancellation.newRequest()
  const aborter = new AbortController()
  const answer = await new ThreadSensitiveContext().run(async () => {
    const call = start(aborter.signal)
    await Promise.race([request.started, call])
    aborter.abort(gone)
    return call
  })
  return { ...request, answer }
}
const shielded = ({ answer, caught, complete, executed }) => ({
  answer,
  caught,
  complete,
  executed,
})
const protectedTask = { answer: 'answered', caught: gone, complete: true, executed: true }

test('test_inner_shield_sync_middleware: a task below sync middleware outlives the abort, and its view answers', async () => {
  const outcome = await giveUp((signal) => cancellation.syncMiddleware.with({ signal })())
  assert.deepEqual(shielded(outcome), protectedTask)
})

test('test_inner_shield_async_middleware: so it does below async middleware', async () => {
  const request = cancellation.newRequest()
  const aborter = new AbortController()
  const answer = new ThreadSensitiveContext({ signal: aborter.signal }).run(() =>
    cancellation.asyncMiddleware(),
  )
  await request.started
  aborter.abort(gone)
  const answered = await answer
  assert.deepEqual(shielded({ ...request, answer: answered }), protectedTask)
})

test('test_inner_shield_sync_and_async_middleware: and below three sync and two async layers', async () => {
  const outcome = await giveUp((signal) => cancellation.sync1.with({ signal })())
  assert.deepEqual(shielded(outcome), protectedTask)
})

test('test_inner_shield_sync_and_async_middleware_sync_task: and when the task is itself sync code', async () => {
  const outcome = await giveUp((signal) => cancellation.sync1OfSyncTask.with({ signal })())
  assert.deepEqual(shielded(outcome), protectedTask)
})

test('row 119: a call that is given up in the queue rejects at once and never runs', async () => {
  const ledger = new Ledger()
  const first = await occupied(hold)
  const aborter = new AbortController()
  const queued = note.with({ signal: aborter.signal })(ledger.memory, 1)
  aborter.abort(gone)
  await assert.rejects(queued, gone)
  first.release()
  await first.done
  await where()
  assert.deepEqual(ledger.entries, [])
})

test('row 120: sync code that runs releases its caller at once and goes on, and its thread stays taken', async () => {
  const ledger = new Ledger()
  const [entered, release, aborter] = [new Latch(), new Latch(), new AbortController()]
  const call = cancellation.runOn.with({ signal: aborter.signal })(
    entered.memory,
    release.memory,
    ledger.memory,
  )
  await entered.wait()
  aborter.abort(gone)
  await assert.rejects(call, gone)
  const next = note(ledger.memory, 2)
  assert.deepEqual(ledger.entries, [])
  release.open()
  await next
  assert.deepEqual(ledger.entries, [1, 2])
})

test('row 121: a timeout rejects on time, not when the code has ended', async () => {
  for (const options of [{ timeout: 50 }, { signal: AbortSignal.timeout(50) }]) {
    const [entered, release, ledger] = [new Latch(), new Latch(), new Ledger()]
    const call = cancellation.runOn.with(options)(entered.memory, release.memory, ledger.memory)
    await assert.rejects(call, (error) => /CALL_TIMEOUT|TimeoutError/.test(error.code + error.name))
    assert.deepEqual(ledger.entries, [])
    release.open()
    await where()
  }
})

test('row 122: an abort ends the async code that sync code waits for, then the sync code, then the call', async () => {
  const ledger = new Ledger()
  const [entered, cleaning, go] = [new Latch(), new Latch(), new Latch()]
  const aborter = new AbortController()
  let settled = false
  const call = cancellation.cleanUp
    .with({ signal: aborter.signal })(entered.memory, ledger.memory, cleaning.memory, go.memory)
    .finally(() => {
      settled = true
    })
  await Promise.race([entered.wait(), call])
  aborter.abort(gone)
  await cleaning.wait()
  assert.deepEqual([ledger.entries, settled], [[1], false])
  go.open()
  await assert.rejects(call, ({ message }) => message === gone.message)
  assert.deepEqual(ledger.entries, [1, 2])
})

/** What a call comes to that is given up while its sync code waits for async code. */
async function giveUpBlocked(fn) {
  const [entered, ledger, aborter] = [new Latch(), new Ledger(), new AbortController()]
  const call = fn.with({ signal: aborter.signal })(entered.memory, ledger.memory)
  await Promise.race([entered.wait(), call])
  aborter.abort(gone)
  const result = await call
  assert.deepEqual(ledger.entries, [1])
  return result
}

test('row 123: async code that swallows the abort and returns gives the call its result', async () => {
  assert.equal(await giveUpBlocked(cancellation.swallowInAsync), 'result')
})

test('row 124: sync code that catches the abort and returns gives the call its result', async () => {
  assert.equal(await giveUpBlocked(cancellation.swallow), `caught ${gone.message}`)
})

test('row 129: an abort reaches the outermost async function of the call, which decides about those below', async () => {
  const [entered, release] = [new Latch(), new Latch()]
  const [ledger, aborter] = [new Ledger(), new AbortController()]
  const call = cancellation.nest.with({ signal: aborter.signal })(
    entered.memory,
    ledger.memory,
    release.memory,
  )
  await Promise.race([entered.wait(), call])
  aborter.abort(gone)
  assert.equal(await call, await where())
  assert.deepEqual(ledger.entries, [1])
})

test('row 130: an abort before the async code has begun parks nobody, the call ends and its thread is free', async () => {
  const [about, entered, ledger] = [new Latch(), new Latch(), new Ledger()]
  const aborter = new AbortController()
  const call = cancellation.enterAndSwallow.with({ signal: aborter.signal })(
    ...[about, entered, ledger].map(({ memory }) => memory),
  )
  // The loop stands still until the abort: the async code can not have begun.
  about.waitBlocking()
  aborter.abort(gone)
  // At once with the reason, or, where the thread was blocked already, with what its code makes of it.
  assert.ok([gone, 'caught'].includes(await call.catch((error) => error)))
  await where()
  assert.equal(ledger.entries.at(-1), 2)
})
