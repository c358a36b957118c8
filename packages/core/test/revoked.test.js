/** What throws whatever it is asked, as what is thrown or as the reason of an abort: it comes out as it is, and nobody asks it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ThreadSensitiveContext } from '@syncbridge/core'
import { add, hold } from './fixtures/basic.js'
import { throwingLate } from './fixtures/revoked-late.js'
import { Latch } from './support/latch.js'
import { revoked } from './support/revoked.js'

const bad = revoked()
/** In a box: the language asks for its `then`, and an assertion would print it. */
const caught = (fn) => fn().then(assert.fail, (error) => ({ error }))
const assertIs = ({ error }) => assert.ok(error === bad)
const inContext = (fn, options) => new ThreadSensitiveContext(options).run(fn)

async function abortWhileItRuns(call) {
  const [entered, release] = [new Latch(), new Latch()]
  const controller = new AbortController()
  const outcome = caught(() =>
    call(controller.signal, (fn = hold) => fn(entered.memory, release.memory)),
  )
  await entered.wait()
  controller.abort(bad)
  release.open()
  return outcome
}

test('the reason of an abort is what the call is rejected with', async () => {
  assertIs(await caught(() => add.with({ signal: AbortSignal.abort(bad) })(1, 2)))
  assertIs(await abortWhileItRuns((signal, fn) => fn(hold.with({ signal }))))
})

test('the reason of an abort of a context is what its call is rejected with', async () => {
  assertIs(await abortWhileItRuns((signal, fn) => inContext(() => fn(), { signal })))
})

test('what a context throws is what its run is rejected with, and its thread serves the next one', async () => {
  const throwBad = () => {
    throw bad
  }
  assertIs(await caught(() => inContext(throwBad)))
  assertIs(await caught(() => inContext(async () => throwBad(await add(1, 2)))))
  assert.equal(await inContext(() => add(1, 2)), 3)
})

test('what a module throws in a thread is told by a RegistrationError', async () => {
  await assert.rejects(throwingLate, { code: 'SYNCBRIDGE_REGISTRATION' })
})
