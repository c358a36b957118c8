/** Code that its caller has given up and that does not end: its thread is ended, and nobody else is harmed. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { configure, shutdown, stats, syncToAsync, ThreadSensitiveContext } from '@syncbridge/core'
import { add, addOnPool, hold, note, where, whereOnPool } from './fixtures/basic.js'
import * as stuck from './fixtures/stuck.js'
import { mostFor, timeOfPlainThread, within } from './support/floor.js'
import { Latch, Ledger } from './support/latch.js'
import { occupied } from './support/occupied.js'
import { graceHasPassed } from './support/past-grace.js'
import { runFiles } from './support/run-in-process.js'

const GRACE = 100
/** A second for the death to be known, and as much again for the new thread. */
const SOON = GRACE + 2000

const timedOut = { code: 'SYNCBRIDGE_CALL_TIMEOUT' }
const fixture = (name) => JSON.stringify(new URL(`./fixtures/${name}.js`, import.meta.url).href)

before(() => {
  configure({ grace: { timeout: GRACE, abort: GRACE }, pool: { maxThreads: 2 } })
})
after(() => shutdown())

describe('code that is stuck after its timeout', () => {
  test('loses its thread: the caller is released on time, and the calls behind it run on another, in order', async () => {
    const ledger = new Ledger()
    const before = await where()
    const timeout = mostFor(100, await timeOfPlainThread())
    const struck = assert.rejects(stuck.stick.with({ timeout })(), timedOut)
    const behind = [1, 2, 3].map((entry) => note(ledger.memory, entry))
    await within(timeout + 1000, struck)
    const threads = await within(SOON, Promise.all(behind))
    assert.deepEqual(ledger.entries, [1, 2, 3])
    assert.equal(new Set([...threads, before]).size, 2)
  })

  test('loses its thread in a context, which goes on with another', async () => {
    await new ThreadSensitiveContext().run(async () => {
      const before = await where()
      await assert.rejects(stuck.stick.with({ timeout: 50 })(), timedOut)
      assert.notEqual(await within(SOON, where()), before)
    })
  })

  test('loses its thread after its context has ended, and the place is free for the next', async () => {
    configure({ leased: { maxThreads: 1 } })
    await new ThreadSensitiveContext({ timeout: 50 }).run(async () => {
      await assert.rejects(stuck.stick(), timedOut)
    })
    await within(
      SOON,
      new ThreadSensitiveContext().run(() => where()),
    )
  })

  test('takes with it what is blocked on the same thread, which is told by what', async () => {
    await assert.rejects(within(SOON, stuck.stickBelow(50)), (error) => {
      assert.equal(error.code, 'SYNCBRIDGE_THREAD_EXITED')
      assert.match(error.message, /spin .*stuck.*100 ms/)
      assert.match(error.cause.function, /spin/)
      return true
    })
    assert.equal(await add(1, 2), 3)
  })

  test('is counted from the end of the grace: code that ends within it keeps its thread', async () => {
    configure({ grace: { timeout: 60_000 } })
    const before = await where()
    const [entered, release] = [new Latch(), new Latch()]
    await assert.rejects(hold.with({ timeout: 50 })(entered.memory, release.memory), timedOut)
    const next = where()
    release.open()
    assert.equal(await next, before)
    configure({ grace: { timeout: GRACE } })
  })

  test('never ran at all where it waited behind other code, and that is left alone', async () => {
    const ahead = await occupied(hold)
    await assert.rejects(stuck.stick.with({ timeout: 20 })(), timedOut)
    const late = where()
    await graceHasPassed()
    ahead.release()
    assert.equal(await ahead.done, await late)
  })

  test('never ran either where it waited on a frame behind other code of its chain', async () => {
    const [entered, givenUp, release] = [new Latch(), new Latch(), new Latch()]
    const outcomes = stuck.queueOnFrame(entered.memory, givenUp.memory, release.memory)
    await Promise.race([givenUp.wait(), outcomes])
    await graceHasPassed()
    release.open()
    assert.deepEqual(await outcomes, ['SYNCBRIDGE_CALL_TIMEOUT', 'released'])
  })
})

describe('code that is stuck far from whoever could end its thread', () => {
  test('on the pool, called from a loop while the main thread is blocked', () => {
    configure({ pool: { maxThreads: 1 } })
    assert.equal(stuck.giveUpOnPool(50), 'SYNCBRIDGE_CALL_TIMEOUT')
    // On the same one thread, and main is blocked again.
    const began = performance.now()
    assert.equal(stuck.giveUpOnPool(5000), 'SYNCBRIDGE_CALL_TIMEOUT')
    assert.ok(performance.now() - began >= 4900)
  })

  test('on a frame, called from a loop two threads away', async () => {
    // Else its time might pass before it has begun.
    const outcome = stuck.giveUpFarAway(mostFor(50, await timeOfPlainThread()))
    assert.equal(outcome.code, 'SYNCBRIDGE_THREAD_EXITED', JSON.stringify(outcome))
    assert.match(outcome.cause, /spin/)
  })
})

describe('a loop', () => {
  test('that is stuck is ended, and the next blocking call has another', async () => {
    const floor = await timeOfPlainThread()
    const most = mostFor(SOON, floor)
    const before = stuck.whichLoop()
    const stick = stuck.stickInLoop.with({ timeout: mostFor(50, floor) })
    assert.throws(() => stick(), timedOut)
    const began = performance.now()
    assert.notEqual(stuck.whichLoop(), before)
    assert.ok(performance.now() - began < most)
  })

  test('whose function only never answers lives on', async () => {
    const before = stuck.whichLoop()
    assert.throws(() => stuck.dawdleInLoop.with({ timeout: 50 })(), timedOut)
    await graceHasPassed()
    assert.equal(stuck.whichLoop(), before)
  })
})

describe('a loop that is still starting', () => {
  const calls = `
import { asyncToSync } from '@syncbridge/core'
export const charge = asyncToSync(async (cell) => { Atomics.store(new Int32Array(cell), 0, 1) })
export const endless = asyncToSync(async () => { for (;;); })
export const ping = asyncToSync(async () => 'answered')`

  // The moments of a start: before the thread runs, while it boots, as it comes up and right after.
  for (const timeout of [1, 20, 40, 60, 80])
    test(`never gets stuck for good in a call whose timeout passes meanwhile (${timeout} ms)`, async (t) => {
      const { stdout, late } = await runFiles(t, {
        'main.mjs': `
import { configure } from '@syncbridge/core'
import { endless, ping } from './calls.mjs'
configure({ grace: { timeout: 100 } })
try { endless.with({ timeout: ${timeout} })() } catch ({ code }) { console.log(code) }
console.log(ping())`,
        'calls.mjs': calls,
      })
      assert.deepEqual([stdout, late], ['SYNCBRIDGE_CALL_TIMEOUT\nanswered\n', false])
    })

  test('does not run what was given up before it was there', async (t) => {
    const { stdout } = await runFiles(t, {
      'main.mjs': `
import { configure } from '@syncbridge/core'
import { charge, ping } from './calls.mjs'
configure({ setup: [new URL('./setup.mjs', import.meta.url)], grace: { timeout: 10 } })
const cell = new SharedArrayBuffer(4)
try { charge.with({ timeout: 20 })(cell) } catch ({ code }) { console.log(code) }
console.log(ping(), Atomics.load(new Int32Array(cell), 0))`,
      // Many times the timeout and the grace. Nobody could open a latch: the main thread is blocked.
      'setup.mjs': 'await new Promise((resolve) => setTimeout(resolve, 300))',
      'calls.mjs': calls,
    })
    assert.equal(stdout, 'SYNCBRIDGE_CALL_TIMEOUT\nanswered 0\n')
  })
})

describe("a call with onAbort: 'terminate'", () => {
  test('ends its thread at once, and the calls behind it run on another', async () => {
    const before = await where()
    const controller = new AbortController()
    const entered = new Latch()
    const struck = stuck.stickAndEnd.with({ signal: controller.signal })(entered.memory)
    const behind = where()
    await entered.wait()
    const reason = new Error('enough')
    controller.abort(reason)
    await assert.rejects(within(100, struck), (error) => error === reason)
    assert.notEqual(await within(2000, behind), before)
  })

  test('ends nothing where it waits behind other code', async () => {
    const ahead = await occupied(hold)
    const controller = new AbortController()
    const waiting = add.with({ signal: controller.signal, onAbort: 'terminate' })(1, 2)
    controller.abort()
    await assert.rejects(waiting, { name: 'AbortError' })
    await graceHasPassed()
    ahead.release()
    assert.equal(typeof (await ahead.done), 'number')
  })

  test('refuses any other word, and asyncToSync does not know it', () => {
    const refused = /TypeError.*onAbort/
    assert.throws(() => add.with({ onAbort: 'kill' }), refused)
    assert.throws(() => syncToAsync({ onAbort: 1 }), refused)
    assert.throws(() => stuck.whichLoop.with({ onAbort: 'terminate' }), refused)
  })
})

describe('a thread that does not come up within startTimeout', () => {
  test('is ended, and its calls are told so, each and every time, and the process is not held', async (t) => {
    const { stdout, late, code } = await runFiles(t, {
      'main.mjs': `
import { configure } from '@syncbridge/core'
import { add, greet } from ${fixture('basic')}
import { mostFor, timeOfPlainThread } from ${JSON.stringify(new URL('./support/floor.js', import.meta.url).href)}
configure({ setup: [new URL('./setup.mjs', import.meta.url)], startTimeout: 300 })
const most = mostFor(3000, await timeOfPlainThread())
for (const call of [() => add(1, 2), () => add(1, 2), () => greet('x')]) {
  const began = performance.now()
  try { await call() } catch (error) { console.log(error.code, error.message, performance.now() - began < most) }
}`,
      'setup.mjs': 'for (;;);',
    })
    assert.deepEqual({ late, code }, { late: false, code: 0 })
    const lines = stdout.trim().split('\n')
    assert.equal(lines.length, 3)
    for (const line of lines)
      assert.match(
        line,
        /^SYNCBRIDGE_THREAD_EXITED .*could not start: .*300 ms.*startTimeout.* true$/,
      )
  })
})

describe('times that the root keeps', () => {
  test('run while its thread is blocked: a call that was made before holds up nobody past its timeout', async () => {
    configure({ pool: { maxThreads: 1 } })
    await whereOnPool()
    const entered = new Latch()
    const limited = stuck.stickOnPool.with({ timeout: 500 })
    const struck = assert.rejects(limited(entered.memory), timedOut)
    await entered.wait()
    // Blocked from here on, for what waits behind it.
    assert.equal(stuck.addInLoop.with({ timeout: 10_000 })(1, 2), 3)
    await struck
  })

  test('run while its thread is blocked: a lease that does not come in time is refused', () => {
    configure({ leased: { maxThreads: 1, leaseTimeout: 100 } })
    const [blocked, refused] = [new Latch(), new Latch()]
    stuck.leaseTwice(blocked.memory, refused.memory)
    stuck.waitFor.with({ timeout: 5000 })(blocked.memory, refused.memory)
  })
})

describe('a main thread that blocks again and again while thousands of its calls wait', () => {
  test('sends them on, and is answered for what waits behind them', async () => {
    configure({ pool: { maxThreads: 4 } })
    for (let round = 0; round < 3; round += 1) {
      // A burst is only guessed at where one went before.
      await Promise.all(Array.from({ length: 500 }, (_, index) => addOnPool(index, 1)))
      const waiting = Array.from({ length: 2000 }, (_, index) => [
        addOnPool(index, 1),
        add(index, 1),
      ])
      for (let times = 0; times < 5; times += 1)
        assert.equal(stuck.addInLoop.with({ timeout: 10_000 })(times, 2), times + 2)
      await Promise.all(waiting.flat())
    }
  })
})

test('no thread that was stuck is left', async () => {
  await where()
  assert.ok(
    stats().threads.every(
      ({ state }) => state === 'idle' || state === 'busy' || state === 'starting',
    ),
  )
  assert.equal(stats().calls.pending, 0)
})
