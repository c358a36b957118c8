/** Code that its caller has given up and that does not end: its thread is ended, and nobody else is harmed. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { configure, shutdown, stats, syncToAsync, ThreadSensitiveContext } from '@syncbridge/core'
import { add, addOnPool, hold, note, where, whereOnPool } from './fixtures/basic.js'
import * as stuck from './fixtures/stuck.js'
import { Latch, Ledger } from './support/latch.js'
import { occupied } from './support/occupied.js'
import { runFiles } from './support/run-in-process.js'

const GRACE = 100
/** A second for the death to be known, and as much again for the new thread and a busy machine. */
const SOON = GRACE + 2000

const timedOut = { code: 'SYNCBRIDGE_CALL_TIMEOUT' }
const fixture = (name) => JSON.stringify(new URL(`./fixtures/${name}.js`, import.meta.url).href)

before(() => {
  configure({ grace: { timeout: GRACE, abort: GRACE }, pool: { maxThreads: 2 } })
})
after(() => shutdown())

async function within(ms, promise) {
  const began = performance.now()
  const value = await promise
  const took = performance.now() - began
  assert.ok(took < ms, `${took} ms`)
  return value
}

describe('code that is stuck after its timeout', () => {
  test('loses its thread: the caller is released on time, and the calls behind it run on another, in order', async () => {
    const ledger = new Ledger()
    const before = await where()
    const struck = assert.rejects(stuck.stick.with({ timeout: 100 })(), timedOut)
    const behind = [1, 2, 3].map((entry) => note(ledger.memory, entry))
    await within(1000, struck)
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
    // Well past the grace: nobody is to be ended.
    await new Promise((resolve) => setTimeout(resolve, 4 * GRACE))
    ahead.release()
    assert.equal(await ahead.done, await late)
  })

  test('never ran either where it waited on a frame behind other code of its chain', async () => {
    const [entered, release] = [new Latch(), new Latch()]
    const outcomes = await stuck.queueOnFrame(entered.memory, release.memory, 4 * GRACE)
    assert.deepEqual(outcomes, ['SYNCBRIDGE_CALL_TIMEOUT', 'released'])
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
    const outcome = stuck.giveUpFarAway(50)
    assert.equal(outcome.code, 'SYNCBRIDGE_THREAD_EXITED', JSON.stringify(outcome))
    assert.match(outcome.cause, /spin/)
  })
})

describe('a loop', () => {
  test('that is stuck is ended, and the next blocking call has another', () => {
    const before = stuck.whichLoop()
    assert.throws(() => stuck.stickInLoop.with({ timeout: 50 })(), timedOut)
    const began = performance.now()
    assert.notEqual(stuck.whichLoop(), before)
    assert.ok(performance.now() - began < SOON)
  })

  test('whose function only never answers lives on', async () => {
    const before = stuck.whichLoop()
    assert.throws(() => stuck.dawdleInLoop.with({ timeout: 50 })(), timedOut)
    await new Promise((resolve) => setTimeout(resolve, 4 * GRACE))
    assert.equal(stuck.whichLoop(), before)
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
    await new Promise((resolve) => setTimeout(resolve, 4 * GRACE))
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
configure({ setup: [new URL('./setup.mjs', import.meta.url)], startTimeout: 300 })
for (const call of [() => add(1, 2), () => add(1, 2), () => greet('x')]) {
  const began = performance.now()
  try { await call() } catch (error) { console.log(error.code, error.message, performance.now() - began < 3000) }
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
