/** Many calls, many functions, many that were given up: nothing is lost in the crowd, and nothing stays behind. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { stats } from '@syncbridge/core'
import { hold } from './fixtures/basic.js'
import * as calls from './fixtures/growth.js'
import { occupied } from './support/occupied.js'
import { folderOf, runFiles, runInProcess } from './support/run-in-process.js'

const fixture = JSON.stringify(new URL('./fixtures/growth.js', import.meta.url).href)

describe('100,000 awaited calls in flight at once', () => {
  test('all settle with their own results, run in the order of their making, and settle in it', async () => {
    await calls.startOver()
    const COUNT = 100_000
    let settled = 0
    const wrong = []
    const flight = Array.from({ length: COUNT }, async (_, index) => {
      const { number, taken } = await calls.take(index)
      if (number !== index || taken !== index || settled++ !== index) wrong.push(index)
    })
    assert.equal(stats().calls.pending, COUNT)
    await Promise.all(flight)
    assert.equal(settled, COUNT)
    assert.deepEqual(wrong, [])
    assert.deepEqual([stats().calls.pending, stats().queued], [0, 0])
  })
})

describe('1,000 registered functions', () => {
  test('are each found, awaited', async () => {
    const found = await Promise.all(calls.many.map((fn, index) => fn(index)))
    assert.deepEqual(
      found,
      calls.many.map((_, index) => [index, index]),
    )
  })

  test('are each found, blocking, in any order', () => {
    const indexes = calls.manyBlocking.map((_, index) => (index * 7) % calls.manyBlocking.length)
    assert.deepEqual(
      indexes.map((index) => calls.manyBlocking[index](index)),
      indexes.map((index) => [index, index]),
    )
  })
})

describe('calls that were given up', () => {
  test('in line leave nothing in stats()', async () => {
    const before = stats()
    const { done, release } = await occupied(hold)
    const controller = new AbortController()
    const line = Array.from({ length: 5000 }, (_, index) =>
      calls.add.with({ signal: controller.signal })(index, 1),
    )
    assert.equal(stats().calls.pending, 5001)
    controller.abort(new Error('given up'))
    const ends = await Promise.allSettled(line)
    assert.ok(ends.every(({ reason }) => reason?.message === 'given up'))
    release()
    await done
    // Behind them in line: when it has run, the thread has passed them by.
    assert.equal(await calls.add(1, 2), 3)

    const { calls: counts, queued, threads } = stats()
    assert.deepEqual(
      { pending: counts.pending, queued, failed: counts.failed - before.calls.failed },
      { pending: 0, queued: 0, failed: 5000 },
    )
    assert.ok(threads.every((thread) => thread.running === 0 && thread.queued === 0))
  })
})

describe('one signal for many calls', () => {
  const program = `
import { getEventListeners } from 'node:events'
import { ThreadSensitiveContext } from '@syncbridge/core'
import * as calls from ${fixture}
const COUNT = Number(process.argv[2])
let [put, taken, most] = [0, 0, 0]
const controller = new AbortController()
const { signal } = controller
const { addEventListener, removeEventListener } = signal
signal.addEventListener = (...args) => { put += 1; addEventListener.apply(signal, args) }
signal.removeEventListener = (...args) => { taken += 1; removeEventListener.apply(signal, args) }
const each = (fn) => Promise.allSettled(Array.from({ length: COUNT }, (_, index) => fn(index)))
const note = () => { most = Math.max(most, getEventListeners(signal, 'abort').length) }
const order = []
const call = (index) => { const promise = calls.add.with({ signal })(index, 1); note(); return promise }
const settled = await each(call)
const given = each((index) => call(index).catch((reason) => { order.push(index); throw reason }))
const contexts = each(() => new ThreadSensitiveContext({ signal }).run((context) => {
  note()
  return new Promise((_resolve, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)))
}))
controller.abort('all of you')
const reasons = [...await given, ...await contexts].map(({ reason }) => reason)
console.log(JSON.stringify({
  sums: settled.every(({ value }, index) => value === index + 1),
  reasons: [...new Set(reasons)], inOrder: order.every((one, index) => one === index), told: order.length,
  put, taken, most, left: getEventListeners(signal, 'abort').length,
}))`

  test('is listened to once, all are told of the abort in their order, and Node has nothing to warn of', async (t) => {
    const seen = []
    for (const count of [500, 5000]) {
      const folder = folderOf(t, { 'main.mjs': program })
      const run = await runInProcess([join(folder, 'main.mjs'), String(count)])
      assert.deepEqual(
        { stderr: run.stderr, late: run.late, code: run.code },
        { stderr: '', late: false, code: 0 },
      )
      const { put, taken, ...others } = JSON.parse(run.stdout)
      assert.deepEqual(others, {
        sums: true,
        reasons: ['all of you'],
        inOrder: true,
        told: count,
        most: 1,
        left: 0,
      })
      seen.push({ put, taken })
    }
    // Ten times as many calls are no more work for the signal.
    assert.deepEqual(seen[1], seen[0])
  })
})

describe('calls with arguments that can’t cross', () => {
  test('leave nothing in stats()', async () => {
    const before = stats().calls
    for (let count = 0; count < 100; count += 1)
      await assert.rejects(calls.add(Promise.resolve(), 1), { code: 'SYNCBRIDGE_TRANSFER' })
    const { pending, failed } = stats().calls
    assert.deepEqual([pending, failed - before.failed], [0, 100])
  })

  test('take nothing from the next one, for which the process stays', async (t) => {
    const { stdout, stderr, late, code } = await runFiles(t, {
      'main.mjs': `
import * as calls from ${fixture}
await calls.add(Promise.resolve(), 1).catch(({ code }) => console.log(code))
console.log(await calls.add(1, 2))
try { calls.double(Promise.resolve()) } catch ({ code }) { console.log(code) }
console.log(await calls.addOnPool(3, 4))`,
    })
    assert.deepEqual(
      { stdout, stderr, late, code },
      {
        stdout: 'SYNCBRIDGE_TRANSFER\n3\nSYNCBRIDGE_TRANSFER\n7\n',
        stderr: '',
        late: false,
        code: 0,
      },
    )
  })
})

const calling = {
  'awaited calls': ['async (n) => calls.add(n, 1)', 10_000],
  'blocking calls': ['async (n) => calls.double(n)', 10_000],
  'awaited calls on the pool': ['async (n) => calls.addOnPool(n, 1)', 4000],
  'calls with one signal for all': ['async (n) => calls.add.with({ signal })(n, 1)', 4000],
  'calls in contexts of their own': [
    'async (n) => new ThreadSensitiveContext().run(() => calls.add(n, 1))',
    4000,
  ],
  'calls that fail': [`async (n) => calls.failing('number ' + n)`, 4000],
  'calls with what only a port carries': ['async (n) => calls.dated(new Date(n))', 4000],
  'calls that are given up': [
    `async (n) => {
      const controller = new AbortController()
      const call = calls.add.with({ signal: controller.signal })(n, 1)
      controller.abort(null)
      await call.catch(() => {})
    }`,
    4000,
  ],
}

test('the heap is after tens of thousands of calls as it was before', async (t) => {
  const names = Object.keys(calling)
  const { stdout, stderr, late, code } = await runFiles(
    t,
    {
      'main.mjs': `
import { ThreadSensitiveContext } from '@syncbridge/core'
import * as calls from ${fixture}
const { signal } = new AbortController()
const steps = [${Object.values(calling).flatMap(([step, count]) => `[${step}, ${count}]`)}]
async function run(step, count) {
  for (let done = 0; done < count; done += 50)
    await Promise.all(Array.from({ length: 50 }, (_, index) => step(done + index)))
}
async function heapInKB() {
  // All that was given up has been passed by.
  await Promise.all([calls.add(1, 2), calls.addOnPool(1, 2)])
  // Twice, and a turn between: what the first collection frees may hold more.
  for (let times = 0; times < 2; times += 1) {
    gc()
    await new Promise(setImmediate)
  }
  return process.memoryUsage().heapUsed / 1024
}
// Code that is warm, histograms and the like are there once for all.
for (const [step, count] of steps) await run(step, count / 4)
for (const [step, count] of steps) {
  const before = await heapInKB()
  await run(step, count)
  console.log(Math.round(await heapInKB() - before))
}`,
    },
    { nodeArgs: ['--expose-gc'], deadline: 60_000 },
  )
  assert.deepEqual({ stderr, late, code }, { stderr: '', late: false, code: 0 })
  const grown = stdout.trim().split('\n').map(Number)
  assert.equal(grown.length, names.length)
  for (const [index, name] of names.entries()) {
    t.diagnostic(`${name}: ${grown[index]} KB`)
    // A quarter of a KB for each of 4000 calls: less than any call's own objects.
    assert.ok(grown[index] < 1024, `${name}: ${grown[index]} KB more`)
  }
})
