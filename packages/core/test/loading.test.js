/** Between 'in line' and 'running': while its module loads, a call can still be given up, and its thread is not stuck. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import {
  asyncToSync,
  configure,
  RegistrationError,
  shutdown,
  syncToAsync,
  ThreadExitedError,
  ThreadSensitiveContext,
} from '@syncbridge/core'
import * as blocking from './fixtures/loading/blocking.js'
import * as failingLate from './fixtures/loading/failing-late.js'
import * as halfWay from './fixtures/loading/half-way.js'
import * as light from './fixtures/loading/light.js'
import * as slow from './fixtures/loading/slow-value.js'
import { asItsTimePasses } from './support/as-its-time-passes.js'
import { Latch, Ledger } from './support/latch.js'
import { graceHasPassed } from './support/past-grace.js'
import { runFiles } from './support/run-in-process.js'

const awaiting = syncToAsync(new URL('./fixtures/loading/awaiting.js', import.meta.url))
const awaitingOnLoop = asyncToSync(new URL('./fixtures/loading/awaiting.js', import.meta.url))

let folder
const notes = () => {
  try {
    return readFileSync(join(folder, 'notes'), 'utf8').trim().split('\n')
  } catch {
    return []
  }
}
const open = (gate) => writeFileSync(join(folder, gate), '')
const noted = async (line) => {
  while (!notes().includes(line)) await new Promise((resolve) => setTimeout(resolve, 5))
}
const charges = () => notes().filter((line) => line.startsWith('charged'))
const timedOut = { code: 'SYNCBRIDGE_CALL_TIMEOUT' }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'syncbridge-loading-'))
  process.env.GATE_FOLDER = folder
  configure({
    env: { ...process.env },
    grace: { timeout: 20, abort: 20 },
    leased: { maxThreads: 1 },
    pool: { maxThreads: 1 },
    startTimeout: 30_000,
  })
})
afterEach(async () => {
  await shutdown({ timeout: 1000 })
  rmSync(folder, { recursive: true, force: true })
})

const isEarly = ({ name }) => void assert.equal(name, 'ReferenceError')
const inContext = (fn) => new ThreadSensitiveContext().run(fn)
const alone = (fn) => fn()
const places = [
  ['the shared thread', blocking.charge, light.where, alone],
  ['a pool thread', blocking.chargeOnPool, light.whereOnPool, alone],
  ['a leased thread', blocking.charge, light.where, inContext],
]
const ways = [
  ['aborted', (signal) => ({ signal }), 'AbortError'],
  ['given up with its thread', (signal) => ({ signal, onAbort: 'terminate' }), 'AbortError'],
]

for (const [place, charge, where, around] of places) {
  describe(`on ${place}, a call whose module is loading`, () => {
    for (const [how, options, name] of ways)
      test(`never begins where it is ${how}, and leaves the thread to load`, async () => {
        const thread = await around(() => where())
        const controller = new AbortController()
        const call = around(() => charge.with(options(controller.signal))(1))
        await noted('blocking is loading')
        controller.abort()
        await assert.rejects(call, { name })
        await graceHasPassed()
        open('blocking')
        await around(() => charge(2))
        assert.equal(await around(() => where()), thread)
        assert.deepEqual(charges(), ['charged 2'])
        assert.equal(notes().filter((line) => line === 'blocking is loading').length, 1)
      })

    test('never begins after its timeout, however often it is asked for, and is there once it has been loaded', async () => {
      const thread = await around(() => where())
      for (let round = 0; round < 5; round += 1)
        await assert.rejects(
          around(() => charge.with({ timeout: 60 })(1)),
          timedOut,
        )
      open('blocking')
      await around(() => charge(2))
      assert.equal(await around(() => where()), thread)
      assert.deepEqual(charges(), ['charged 2'])
    })
  })
}

for (const [place, charge, where, around] of places)
  test(`a call on ${place} that is given up at any moment of its thread’s start and its module’s loading runs once at most, and harms nobody`, async () => {
    open('blocking')
    for (let delay = 0; delay <= 90; delay += 6) {
      await shutdown({ timeout: 1000 })
      configure()
      const controller = new AbortController()
      const timer = setTimeout(() => controller.abort(), delay)
      const before = charges().length
      const outcome = await around(() =>
        charge
          .with({ signal: controller.signal })(delay)
          .catch((error) => error.name),
      )
      clearTimeout(timer)
      assert.ok(outcome === undefined || outcome === 'AbortError', String(outcome))
      const thread = await around(() => where())
      const ran = charges().length - before
      assert.ok(outcome === undefined ? ran === 1 : ran <= 1, `${outcome}: ${ran}`)
      assert.equal(await around(() => where()), thread)
    }
  })

describe('a call whose module has just been loaded', () => {
  for (const [place, first, second, elsewhere] of [
    ['the shared thread', slow.first, light.noteIn, light.whereOnPool],
    ['a pool thread', slow.firstOnPool, light.noteInOnPool, light.where],
  ])
    test(`begins before what was sent to ${place} while its values were read`, async () => {
      // Its own module is there.
      await second(new Ledger().memory, 0)
      const [decoding, sent, ledger] = [new Latch(), new Latch(), new Ledger()]
      const began = first(ledger.memory, new slow.SlowValue(decoding.memory, sent.memory))
      await decoding.wait()
      const behind = second(ledger.memory, 2)
      // What was sent later, elsewhere, has been answered.
      await elsewhere()
      sent.open()
      await Promise.all([began, behind])
      assert.deepEqual(ledger.entries, [1, 2])
    })
})

describe('the timeout of a call whose module is loading', () => {
  for (const [how, charge, gate] of [
    ['awaits', awaiting.charge, 'awaiting'],
    ['blocks', blocking.charge, 'blocking'],
  ])
    test(`says so, and what to do, where the module ${how}`, async () => {
      await light.where()
      const { message } = await charge
        .with({ timeout: 1000 })(1)
        .catch((error) => error)
      assert.deepEqual(notes(), [`${gate} is loading`])
      assert.match(
        message,
        /: its module was still being loaded by thread 0\/\d+, and it will not run\. /,
      )
      assert.match(message, /have the module loaded before, by a call without a timeout\.$/)
      open(gate)
      await charge(2)
      assert.deepEqual(charges(), ['charged 2'])
    })

  test('on a loop of its own says the same', async () => {
    // The loop has started: what follows has its time for the module alone.
    light.which()
    assert.throws(
      () => awaitingOnLoop.chargeAsync.with({ timeout: 1000 })(1),
      (error) => /: its module was still being loaded by thread 0\/\d+/.test(error.message),
    )
    open('awaiting')
    assert.equal(awaitingOnLoop.chargeAsync(2), undefined)
  })

  test('does not say that the call will not run where it begins in that very moment', async () => {
    await light.where()
    const error = await asItsTimePasses(
      () => blocking.charge.with({ timeout: 500 })(1),
      () => {
        open('blocking')
        while (charges().length === 0);
      },
    )
    assert.match(
      error.message,
      /: it was with thread 0\/\d+\. Its result, if it comes, is dropped\./,
    )
    assert.deepEqual(charges(), ['charged 1'])
  })

  test('of code that has begun, and waits for the module of another call, does not', async () => {
    await light.whereOnPool()
    const { message } = await light.blockForFrame
      .with({ timeout: 1000 })(1)
      .catch((error) => error)
    assert.match(message, /: it was with thread 0\/\d+\. .*onAbort/)
    open('blocking')
  })
})

describe('a module that awaits at its top level', () => {
  test('keeps no other call of its thread waiting once the call that needs it is given up', async () => {
    const controller = new AbortController()
    const call = awaiting.charge.with({ signal: controller.signal })(1)
    await noted('awaiting is loading')
    controller.abort()
    await assert.rejects(call, { name: 'AbortError' })
    assert.equal(typeof (await light.where()), 'number')
    open('awaiting')
    await awaiting.charge(2)
    assert.deepEqual(charges(), ['charged 2'])
  })

  test('has its async code given up before it begins where the thread that is blocked on it is given up', () => {
    light.giveUpBelow(1)
    assert.ok(notes().includes('told AbortError'))
    open('awaiting')
    light.payBelow(2)
    assert.deepEqual(charges(), ['charged 2'])
  })

  test('has its async code given up on a loop thread, which lives on', () => {
    const loop = light.which()
    for (let round = 0; round < 3; round += 1)
      assert.throws(() => awaitingOnLoop.chargeAsync.with({ timeout: 100 })(1), timedOut)
    open('awaiting')
    awaitingOnLoop.chargeAsync(2)
    assert.equal(light.which(), loop)
    assert.deepEqual(charges(), ['charged 2'])
  })
})

describe('a module that awaits at its top level when it has registered its functions', () => {
  for (const [place, query, serving] of [
    ['the shared thread', halfWay.query, failingLate.serving],
    ['a pool thread', halfWay.queryOnPool, failingLate.servingOnPool],
    ['a loop', async () => halfWay.queryOnLoop(), async () => failingLate.servingOnLoop()],
  ]) {
    test(`has no call of them run on ${place} before its end`, async () => {
      assert.deepEqual(await Promise.all([query(), query()]), ['open', 'open'])
      assert.equal(await query(), 'open')
    })

    test(`has no call of them run on ${place} where it fails`, async () => {
      for (let times = 0; times < 2; times += 1)
        await assert.rejects(serving(), (error) => {
          assert.ok(error instanceof RegistrationError)
          assert.equal(error.cause.message, 'no configuration here')
          return true
        })
    })
  }

  test('has the calls run that it waits for itself', async () => {
    // Only now: evaluated on the main thread, too, it starts threads.
    const callingItself = await import('./fixtures/loading/calling-itself.js')
    assert.deepEqual([await callingItself.twice(4), await callingItself.twiceOnPool(5)], [8, 10])
    const read = async () => [await callingItself.read(), await callingItself.readOnPool()]
    // A call of a module that waits for itself may have to run before its end.
    let values
    while (!values) values = await read().catch(isEarly)
    assert.deepEqual(values, Array(2).fill([4, 6]))
  })
})

test('a module that waits for a call of its own, in line behind others for the only thread of the pool, has them all run', async (t) => {
  const { stdout } = await runFiles(t, {
    'main.js': `
import { configure } from '@syncbridge/core'
import { double } from './work.js'
configure({ pool: { maxThreads: 1 }, startTimeout: 20_000 })
console.log((await Promise.all([1, 2, 3, 4].map((value) => double(value).catch((error) => error.code)))).join())
process.exit()`,
    'work.js': `
import { isMainThread } from 'node:worker_threads'
import { syncToAsync } from '@syncbridge/core'
export const double = syncToAsync((value) => 2 * value, { threadSensitive: false })
if (!isMainThread) await double(5)`,
  })
  assert.equal(stdout.trim(), '2,4,6,8')
})

describe('a module that keeps its loop busy', () => {
  test('is not taken for code that is stuck', () => {
    const loop = light.which()
    for (let round = 0; round < 3; round += 1)
      assert.throws(() => blocking.chargeOnLoop.with({ timeout: 100 })(1), timedOut)
    open('blocking')
    blocking.chargeOnLoop(2)
    assert.equal(light.which(), loop)
    assert.deepEqual(charges(), ['charged 2'])
  })

  test('is not begun by a call that was given up while its loop thread started', () => {
    assert.throws(() => blocking.chargeOnLoop.with({ timeout: 1 })(1), timedOut)
    open('blocking')
    blocking.chargeOnLoop(2)
    assert.deepEqual(charges(), ['charged 2'])
  })
})

test('a call on a blocked frame that is given up while its module is required never begins', async () => {
  const call = light.blockForFrame(1)
  await noted('blocking is loading')
  await graceHasPassed()
  open('blocking')
  await call
  assert.deepEqual(charges(), [])
  assert.ok(notes().includes('told AbortError'))
})

test('a call that was given up while its loop thread started never begins, also where its module is there at once', (t) => {
  open('blocking')
  configure({ setup: [new URL('./fixtures/loading/blocking.js', import.meta.url)] })
  t.after(() => configure({ setup: [] }))
  assert.throws(() => blocking.chargeOnLoop.with({ timeout: 1 })(1), timedOut)
  blocking.chargeOnLoop(2)
  assert.deepEqual(charges(), ['charged 2'])
})

describe('a module that is not there within startTimeout', () => {
  const startTimeout = 1000
  const tooLate = (error) => {
    assert.ok(error instanceof ThreadExitedError, String(error))
    assert.match(error.cause.message, /had not loaded .* within 1000 ms/)
    return true
  }

  for (const [place, charge, where, around] of places)
    test(`ends ${place} where it keeps it busy, and its caller is told; the calls behind it run on another`, async () => {
      configure({ startTimeout })
      const thread = await around(() => where())
      await around(async () => {
        const call = charge(1)
        const behind = where()
        await assert.rejects(call, tooLate)
        assert.notEqual(await behind, thread)
      })
      open('blocking')
      await around(() => charge(2))
      assert.deepEqual(charges(), ['charged 2'])
    })

  test('ends its thread where it awaits for ever, also for callers with less patience', async () => {
    configure({ startTimeout })
    const thread = await light.where()
    const outcomes = []
    while (!outcomes.some((error) => error instanceof ThreadExitedError))
      outcomes.push(
        await awaiting.charge
          .with({ timeout: 400 })(1)
          .catch((error) => error),
      )
    assert.ok(tooLate(outcomes.at(-1)))
    assert.notEqual(await light.where(), thread)
    open('awaiting')
    await awaiting.charge(2)
    assert.deepEqual(charges(), ['charged 2'])
  })

  test('fails the calls of a loop, which lives on, and is there when it comes', () => {
    configure({ startTimeout })
    const loop = light.which()
    for (let round = 0; round < 2; round += 1)
      assert.throws(
        () => awaitingOnLoop.chargeAsync(1),
        (error) => error instanceof RegistrationError && /1000 ms/.test(error.message),
      )
    open('awaiting')
    let isThere = false
    while (!isThere) {
      try {
        awaitingOnLoop.chargeAsync(2)
        isThere = true
      } catch (error) {
        assert.ok(error instanceof RegistrationError)
      }
    }
    assert.equal(light.which(), loop)
    assert.deepEqual(charges(), ['charged 2'])
  })

  test('ends a loop that it keeps busy', () => {
    configure({ startTimeout })
    const loop = light.which()
    assert.throws(() => blocking.chargeOnLoop(1), tooLate)
    assert.notEqual(light.which(), loop)
  })
})
