import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { threadId } from 'node:worker_threads'
import { configure, stats, ThreadSensitiveContext } from '@syncbridge/core'
import { hold, holdOnPool, note, noteOnPool, where, whereOnPool } from './fixtures/basic.js'
import * as chains from './fixtures/chains.js'
import { descendSync } from './fixtures/nested.js'
import { Latch, Ledger } from './support/latch.js'
import { occupied } from './support/occupied.js'
import { runFiles } from './support/run-in-process.js'

const fixture = (name) => JSON.stringify(new URL(`./fixtures/${name}.js`, import.meta.url).href)

before(() => configure({ pool: { maxThreads: 2 } }))

describe('thread-sensitive calls', () => {
  test('run on one thread for the whole process, never on the thread that awaits them', async () => {
    const threads = new Set(await Promise.all([where(), where(), where()]))
    const [trail] = await descendSync(0, false)
    assert.deepEqual([...threads], [Number(trail.split(':')[1])])
    assert.ok(!threads.has(threadId))
  })

  test('run one at a time, in the order in which they were called', async () => {
    const ledger = new Ledger()
    const first = await occupied(hold)
    const others = [0, 1, 2, 3, 4].map((entry) => note(ledger.memory, entry))
    // A pool thread has answered meanwhile: there was time enough to start them.
    await whereOnPool()
    assert.deepEqual(ledger.entries, [])
    first.release()
    await Promise.all(others)
    assert.deepEqual(ledger.entries, [0, 1, 2, 3, 4])
  })

  test('start in the order of the calls also past the size of any batch', async () => {
    const ledger = new Ledger()
    await Promise.all(Array.from({ length: 100 }, (_, entry) => note(ledger.memory, entry)))
    assert.deepEqual(
      ledger.entries,
      Array.from({ length: 100 }, (_, entry) => entry),
    )
  })
})

describe('calls that are not thread-sensitive', () => {
  test('run in parallel, on threads of the pool', async () => {
    // Each goes on only when the other has been entered as well: in sequence they would wait for ever.
    const [one, two] = await Promise.all([occupied(holdOnPool), occupied(holdOnPool)])
    one.release()
    two.release()
    const threads = new Set([await one.done, await two.done])
    assert.equal(threads.size, 2)
    assert.ok(!threads.has(threadId))
    assert.ok(!threads.has(await where()))
  })

  test('wait in line when the pool has fewer threads than calls', async () => {
    const ledger = new Ledger()
    const [one, two] = await Promise.all([occupied(holdOnPool), occupied(holdOnPool)])
    const third = noteOnPool(ledger.memory, 3)
    await where()
    assert.deepEqual(ledger.entries, [])
    assert.equal(stats().threads.filter(({ role }) => role === 'pool').length, 2)
    one.release()
    await third
    assert.deepEqual(ledger.entries, [3])
    two.release()
    await two.done
  })

  test('go to the pool also inside a context', async () => {
    const { pool, leased } = await new ThreadSensitiveContext().run(async () => ({
      pool: await whereOnPool(),
      leased: await where(),
    }))
    assert.notEqual(pool, leased)
    assert.equal(stats().threads.find(({ id }) => id === pool)?.role, 'pool')
  })

  test('go to the pool also below a blocked frame', async () => {
    const ledger = new Ledger()
    const { top, pool } = await chains.poolFromShared(ledger.memory)
    assert.equal(top, await where())
    assert.ok(pool.every((id) => id !== top && id !== threadId))
  })
})

describe('async code called from a sync thread', () => {
  test('runs on the loop that made the call, and its sync code on the thread that waits', async () => {
    const { top, loop, sync } = await chains.places()
    assert.equal(loop, threadId)
    assert.equal(sync, top)
  })

  test('called from the pool, sends its sync code to the very pool thread that waits', async () => {
    const { top, loop, sync } = await chains.placesOnPool()
    assert.equal(loop, threadId)
    assert.equal(sync, top)
    assert.notEqual(top, await where())
  })

  test('under forceNewLoop runs on a fresh loop each time, and its sync code on the thread that waits', async () => {
    const { top, loop, sync } = await chains.placesFresh()
    assert.notEqual(loop, threadId)
    assert.notEqual(loop, top)
    assert.equal(sync, top)
    const [one, two] = await chains.freshTwice()
    assert.notEqual(one, two)
  })

  test('a context opened below a blocked frame changes nothing: sync code runs on the thread that waits', async () => {
    const { top, loop, sync } = await chains.placesInContextBelow()
    assert.equal(loop, threadId)
    assert.equal(sync, top)
  })

  test('many calls at once below one blocked frame run on its thread, in order', async () => {
    const ledger = new Ledger()
    const { top, threads } = await chains.gather(ledger.memory, 20)
    assert.deepEqual([...new Set(threads)], [top])
    assert.deepEqual(
      ledger.entries,
      Array.from({ length: 20 }, (_, entry) => entry),
    )
  })

  test('what it sent back before it returned has run when the blocked call returns', async () => {
    const ledger = new Ledger()
    const [entered, release] = [new Latch(), new Latch()]
    await chains.sendThenNote(ledger.memory, entered.memory, release.memory)
    assert.deepEqual(ledger.entries, [1, 2])
  })
})

describe('a blocked thread', () => {
  test('runs the work of its own chain, while a stranger waits until the thread is free', async () => {
    const ledger = new Ledger()
    const [entered, release] = [new Latch(), new Latch()]
    const blocked = chains.blockBelow(entered.memory, release.memory, ledger.memory, 1)
    await entered.wait()
    const stranger = note(ledger.memory, 2)
    // The stranger's message went out before this round trip through the same thread tree.
    await whereOnPool()
    assert.deepEqual(ledger.entries, [])
    release.open()
    const { top, ran } = await blocked
    assert.equal(ran, top)
    assert.equal(await stranger, top)
    assert.deepEqual(ledger.entries, [1, 2])
  })

  test('of one chain leaves the loop free for others', async () => {
    const ledger = new Ledger()
    const [entered, release] = [new Latch(), new Latch()]
    const blocked = chains.blockBelow(entered.memory, release.memory, ledger.memory, 1)
    await entered.wait()
    const elsewhere = await new ThreadSensitiveContext().run(() => chains.places())
    assert.equal(elsewhere.loop, threadId)
    release.open()
    assert.notEqual((await blocked).top, elsewhere.top)
  })
})

describe('work that outlives its frame', () => {
  test('runs on the shared thread when no frame is left', async () => {
    const go = new Latch()
    const top = await chains.leaveTask(go.memory)
    go.open()
    assert.equal(await chains.leftBehind.at(-1), top)
    assert.equal(await where(), top)
  })

  test('runs on the thread of a frame further out, while that waits', async () => {
    const [go, done] = [new Latch(), new Latch()]
    const top = await chains.leaveTaskToOuterFrameOnPool(go.memory, done.memory)
    assert.equal(await chains.leftBehind.at(-1), top)
    assert.notEqual(await where(), top)
  })

  test('on the shared thread, runs on the frame further out as well', async () => {
    const [go, done] = [new Latch(), new Latch()]
    const top = await chains.leaveTaskToOuterFrame(go.memory, done.memory)
    assert.equal(await chains.leftBehind.at(-1), top)
  })

  test('runs on a frame further out also where its own was on another thread', async () => {
    const [go, done] = [new Latch(), new Latch()]
    // In a context, so that neither of the threads is the one where it would run in the end anyway.
    const { top, inner } = await new ThreadSensitiveContext().run(async () => {
      const places = await chains.leaveTaskFromAnotherThread(go.memory, done.memory)
      assert.equal(await chains.leftBehind.at(-1), places.top)
      return places
    })
    assert.notEqual(inner, top)
  })

  test('from a context, runs on the thread of the context once the frame is gone', async () => {
    const go = new Latch()
    const [top, late] = await new ThreadSensitiveContext().run(async () => {
      const top = await chains.leaveTask(go.memory)
      go.open()
      return [top, await chains.leftBehind.at(-1)]
    })
    assert.equal(late, top)
    assert.notEqual(late, await where())
  })

  test('and its context, runs on the shared thread', async () => {
    const go = new Latch()
    let task
    const leased = await new ThreadSensitiveContext().run(async () => {
      task = go.wait().then(() => where())
      return where()
    })
    go.open()
    assert.equal(await task, await where())
    assert.notEqual(await task, leased)
  })

  test('below the main thread, runs there while an outer frame waits', async (t) => {
    const program = `
import { asyncToSync } from '@syncbridge/core'
import { where, whereAsync } from ${fixture('basic')}
import { outermost } from './outermost.mjs'
console.log(JSON.stringify(outermost()))
`
    const outermost = `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
import { where } from ${fixture('basic')}
let task
const leave = asyncToSync(async () => { task = new Promise((resolve) => setImmediate(resolve)).then(() => where()) })
const middle = syncToAsync(() => leave())
export const outermost = asyncToSync(async () => { await middle(); return task })
`
    const { stdout, late, code } = await runFiles(t, {
      'main.mjs': program,
      'outermost.mjs': outermost,
    })
    assert.deepEqual({ stdout, late, code }, { stdout: '0\n', late: false, code: 0 })
  })
})

describe('async code called from a thread without a loop', () => {
  test('shares one warm loop thread, which keeps its state', async (t) => {
    const program = `
import { count } from './count.mjs'
import { stats } from '@syncbridge/core'
console.log(JSON.stringify([count(), count(), count(), stats().threads.map(({ role }) => role)]))
`
    const count = `
import { threadId } from 'node:worker_threads'
import { asyncToSync } from '@syncbridge/core'
let calls = 0
export const count = asyncToSync(async () => [++calls, threadId])
`
    const { stdout, late } = await runFiles(t, { 'main.mjs': program, 'count.mjs': count })
    assert.equal(late, false)
    const [one, two, three, roles] = JSON.parse(stdout)
    assert.deepEqual([one[0], two[0], three[0]], [1, 2, 3])
    assert.equal(new Set([one[1], two[1], three[1]]).size, 1)
    assert.deepEqual(roles, ['loop'])
  })

  test('under forceNewLoop leaves no thread behind', async (t) => {
    const program = `
import { whereFresh } from ${fixture('basic')}
import { stats } from '@syncbridge/core'
const [one, two] = [whereFresh(), whereFresh()]
const deadline = performance.now() + 5000
while (stats().threads.length > 0 && performance.now() < deadline) await new Promise(setImmediate)
console.log(one !== two && one !== 0 && two !== 0, stats().threads.length)
`
    const { stdout, late } = await runFiles(t, { 'main.mjs': program })
    assert.deepEqual({ stdout, late }, { stdout: 'true 0\n', late: false })
  })

  test('the sync code below goes back to the thread that waits, also under forceNewLoop', async (t) => {
    const program = `
import { whereBelow } from ${fixture('chains')}
import { below } from './below.mjs'
console.log(whereBelow().sync, below())
`
    const below = `
import { asyncToSync } from '@syncbridge/core'
import { where } from ${fixture('basic')}
export const below = asyncToSync(async () => where(), { forceNewLoop: true })
`
    const { stdout, late } = await runFiles(t, { 'main.mjs': program, 'below.mjs': below })
    assert.deepEqual({ stdout, late }, { stdout: '0 0\n', late: false })
  })

  test('a pool call made below the blocked main thread runs on the pool', async (t) => {
    const program = `
import { below } from './below.mjs'
const [loop, pool] = below()
console.log(loop !== pool, loop !== 0, pool !== 0)
`
    const below = `
import { threadId } from 'node:worker_threads'
import { asyncToSync } from '@syncbridge/core'
import { whereOnPool } from ${fixture('basic')}
export const below = asyncToSync(async () => [threadId, await whereOnPool()])
`
    const { stdout, late } = await runFiles(t, { 'main.mjs': program, 'below.mjs': below })
    assert.deepEqual({ stdout, late }, { stdout: 'true true true\n', late: false })
  })
})
