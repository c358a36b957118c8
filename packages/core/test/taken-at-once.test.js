/** A call that waits in line has the values that it was made with, whatever its caller does with them meanwhile. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configure, stats, ThreadSensitiveContext } from '@syncbridge/core'
import {
  holdPool,
  holdShared,
  local,
  Money,
  pause,
  tellOnPool,
  tellSensitive,
} from './fixtures/taken-at-once.js'
import { Latch } from './support/latch.js'
import { runFiles } from './support/run-in-process.js'

configure({ pool: { maxThreads: 1 }, leased: { maxThreads: 1 } })

/** So many calls of a thread's own queue are sent at once; more wait here. */
const MOST_SENT = 1024

/** Occupies the only thread there. @returns a function that lets it go on. */
async function occupy(hold, run = (fn) => fn()) {
  const [entered, latch] = [new Latch(), new Latch()]
  const held = run(() => hold(entered.memory, latch.memory))
  await entered.wait()
  return async () => {
    latch.open()
    await held
  }
}

/** What is found out only when the call is sent comes too late. */
const inTime = (tell) => tell.with({ timeout: 5000 })

const lines = {
  pool: async () => ({
    letGo: await occupy(holdPool),
    tell: tellOnPool,
    tellSoon: inTime(tellOnPool),
  }),
  'a lease': async () => ({
    letGo: await occupy(holdShared, (fn) => new ThreadSensitiveContext().run(fn)),
    tell: (...args) => new ThreadSensitiveContext().run(() => tellSensitive(...args)),
    tellSoon: (...args) => new ThreadSensitiveContext().run(() => inTime(tellSensitive)(...args)),
  }),
  'the shared thread, behind a thousand others': async () => {
    const letGo = await occupy(holdShared)
    const others = Array.from({ length: MOST_SENT }, () => tellSensitive())
    return {
      letGo: async () => {
        await letGo()
        await Promise.all(others)
      },
      tell: tellSensitive,
      tellSoon: inTime(tellSensitive),
    }
  },
}

for (const [name, begin] of Object.entries(lines)) {
  describe(`in the line of ${name}, a call`, () => {
    test('keeps its arguments and Locals as they were', async () => {
      const { letGo, tell } = await begin()
      const bytes = new Uint8Array([1, 2])
      const buffer = Buffer.from('ab')
      const plain = { n: 1, list: [1] }
      const map = new Map([['a', new Date(0)]])
      const money = new Money(5)
      const error = new RangeError('as it was')
      local.user = 'alice'
      const call = tell(plain, bytes, buffer, map, money, error, (n) => n + 1)
      plain.n = 2
      plain.list.push(2)
      bytes.fill(9)
      buffer.fill('z')
      map.clear()
      money.cents = 6
      error.message = 'changed'
      local.user = 'mallory'
      await letGo()
      assert.deepEqual(await call, {
        args: [
          '{"n":1,"list":[1]}',
          'Uint8Array 1,2',
          'Buffer 97,98',
          'a 0',
          'Money 5',
          'RangeError as it was',
          'function',
        ],
        user: 'alice',
      })
    })

    test('runs a getter once', async () => {
      const { letGo, tell } = await begin()
      let reads = 0
      const value = {
        when: new Date(0),
        get n() {
          reads += 1
          return reads
        },
      }
      const call = tell(value)
      assert.equal(reads, 1)
      await letGo()
      assert.deepEqual((await call).args, ['{"when":"1970-01-01T00:00:00.000Z","n":1}'])
      assert.equal(reads, 1)
    })

    test('fails at once by the path of what can’t cross, after one look at it, and the next one works', async () => {
      const { letGo, tell, tellSoon } = await begin()
      let reads = 0
      const value = {
        get a() {
          reads += 1
          return [new WeakMap()]
        },
      }
      const call = tellSoon(value)
      const next = tell({ b: 1 })
      // The threads are still held.
      await assert.rejects(call, { code: 'SYNCBRIDGE_TRANSFER', path: 'args[0].a[0]' })
      assert.equal(reads, 1)
      await letGo()
      assert.deepEqual((await next).args, ['{"b":1}'])
    })

    test('fails at once by what its getter throws', async () => {
      const { letGo, tellSoon } = await begin()
      const value = {
        get a() {
          throw new RangeError('not today')
        },
      }
      await assert.rejects(tellSoon(value), { code: 'SYNCBRIDGE_TRANSFER', path: 'args[0].a' })
      await letGo()
    })
  })
}

describe('a call behind a thousand others, whose getter blocks until they are done,', () => {
  test('is sent, as nothing is left to wait for', async () => {
    const { letGo, tell } = await lines['the shared thread, behind a thousand others']()
    const isIdle = () => stats().threads.find(({ role }) => role === 'shared')?.state === 'idle'
    let released
    const value = {
      get n() {
        released ??= letGo()
        for (let times = 0; times < 500 && !isIdle(); times += 1) pause()
        return 1
      },
    }
    const call = tell.with({ timeout: 30_000 })(value)
    assert.ok(isIdle() || stats().threads.some(({ running }) => running === 1))
    assert.deepEqual((await call).args, ['{"n":1}'])
    await released
  })
})

describe('a call behind a thousand others, whose getter blocks until their thread has ended,', () => {
  for (const [where, inPlace] of [
    ['the shared thread', '(fn) => fn()'],
    ['its context', '(fn) => new ThreadSensitiveContext().run(fn)'],
  ])
    test(`goes with them to the next thread of ${where}`, async (t) => {
      const { stdout, stderr } = await runFiles(t, {
        'main.js': `
import { AsyncLocalStorage } from 'node:async_hooks'
import { stats, ThreadSensitiveContext } from '@syncbridge/core'
import { endWhenTold, pause, where } from './work.js'
const outside = AsyncLocalStorage.snapshot()
const slots = new Int32Array(new SharedArrayBuffer(4))
const inPlace = ${inPlace}
await inPlace(async () => {
  const first = await where()
  const isThere = () => stats().threads.some(({ id }) => id === first)
  const ended = endWhenTold(slots).catch(({ code }) => code)
  const others = Array.from({ length: ${MOST_SENT - 1} }, () => where())
  const last = where({
    get n() {
      Atomics.store(slots, 0, 1)
      Atomics.notify(slots, 0)
      for (let times = 0; times < 500 && isThere(); times += 1) outside(() => pause())
      return 1
    },
  })
  console.log(await ended, isThere() ? 'is still there' : 'is gone')
  const threads = new Set([...(await Promise.all(others)), await last, await where()])
  console.log(threads.size, threads.has(first))
})
process.exit()`,
        'work.js': `
import { threadId } from 'node:worker_threads'
import { asyncToSync, syncToAsync } from '@syncbridge/core'
export const where = syncToAsync(() => threadId)
export const endWhenTold = syncToAsync((slots) => { Atomics.wait(slots, 0, 0, 20_000); process.exit(3) })
export const pause = asyncToSync(async () => { await new Promise((resolve) => setTimeout(resolve, 20)) })`,
      })
      assert.deepEqual(
        { stdout, stderr },
        { stdout: 'SYNCBRIDGE_THREAD_EXITED is gone\n1 false\n', stderr: '' },
      )
    })
})

describe('a call in line, which is given up by what is read of the one before it,', () => {
  const files = (program) => ({
    'main.js': `
import { configure, stats, ThreadSensitiveContext } from '@syncbridge/core'
import { count, hold } from './work.js'
configure({ leased: { maxThreads: 1 } })
const [entered, over, ran] = [0, 1, 2]
const slots = new Int32Array(new SharedArrayBuffer(12))
const held = new ThreadSensitiveContext().run(() => hold(slots))
await Atomics.waitAsync(slots, entered, 0).value
const controller = new AbortController()
const moved = new ArrayBuffer(8)
// What is moved is not taken before its call is sent.
const first = () => count.with({ transfer: [moved] })({ moved, get n() { controller.abort(new Error('stop')) } })
const second = () => count.with({ signal: controller.signal })({ slots })
const letGo = () => { Atomics.store(slots, over, 1); Atomics.notify(slots, over); return held }
${program}
console.log(slots[ran], await new ThreadSensitiveContext().run(() => count({})))
console.log(stats().threads.map(({ state }) => state).join())
process.exit()`,
    'work.js': `
import { syncToAsync } from '@syncbridge/core'
export const hold = syncToAsync((slots) => { Atomics.store(slots, 0, 1); Atomics.notify(slots, 0); Atomics.wait(slots, 1, 0, 20_000) })
export const count = syncToAsync(({ slots }) => { if (slots) Atomics.add(slots, 2, 1); return 'ran' })`,
  })
  const runs = async (t, program) =>
    (await runFiles(t, files(program))).stdout.trimEnd().split('\n')

  test('never runs, and the thread of its context is free when that has ended', async (t) => {
    const told = await runs(
      t,
      `
const next = new ThreadSensitiveContext().run(() => Promise.allSettled([first(), second()]))
await letGo()
for (const { value, reason } of await next) console.log(value ?? reason.message)`,
    )
    assert.deepEqual(told, ['ran', 'stop', '0 ran', 'idle'])
  })

  test('never runs elsewhere, where its context has ended', async (t) => {
    const told = await runs(
      t,
      `
let left
await new ThreadSensitiveContext().run(async () => { left = Promise.allSettled([first(), second()]) })
for (const { value, reason } of await left) console.log(value ?? reason.message)
await letGo()`,
    )
    assert.deepEqual(told, ['ran', 'stop', '0 ran', 'idle,idle'])
  })
})
