import assert from 'node:assert/strict'
import { test } from 'node:test'
import { threadId } from 'node:worker_threads'
import {
  BlockedLoopError,
  stats,
  ThreadExitedError,
  ThreadSensitiveContext,
} from '@syncbridge/core'
import { within } from '../support/floor.js'
import { Latch, Ledger } from '../support/latch.js'
import { runFiles } from '../support/run-in-process.js'
import * as loops from './fixtures/loops.js'
import { note, where, whereFresh, whereLoop, whereOnPool } from './fixtures/places.js'
import { inPlainThread } from './support/plain-thread.js'
import { until } from './support/until.js'

const places = new URL('./fixtures/places.js', import.meta.url)
const fixture = new URL('./fixtures/loops.js', import.meta.url)
const loopThreads = () => stats().threads.filter(({ role }) => role === 'loop')

test('test_async_to_sync: sync code gets the result of an async function', () => {
  assert.equal(loops.worked().worked, true)
})

test('test_async_to_sync_in_except: an error that is being handled is not thrown again', () => {
  try {
    throw new Error('boom')
  } catch {
    assert.equal(loops.inExcept(), 42)
  }
})

test('test_async_to_sync_to_async: async code called from a sync thread runs on the loop that is already there', async () => {
  const { top, worked, thread } = await loops.throughLoop()
  assert.deepEqual({ worked, thread }, { worked: true, thread: threadId })
  assert.notEqual(top, threadId)
})

test('test_async_to_sync_to_async_decorator: two functions wrapped where they are defined make no further loop', async () => {
  const before = loopThreads().length
  assert.equal((await loops.throughLoop()).thread, threadId)
  assert.equal(loopThreads().length, before)
})

test('test_async_to_sync_in_thread: a thread of the user may block on async code', async () => {
  const { value, thread } = await inPlainThread(fixture, 'worked')
  assert.equal(value.worked, true)
  assert.ok(![thread, threadId].includes(value.thread))
})

test('test_async_to_sync_to_thread_decorator: a wrapper made here works in a thread of the user', async () => {
  const { value, thread } = await inPlainThread(places, 'whereLoop')
  assert.equal(typeof value, 'number')
  assert.ok(![thread, threadId, whereLoop()].includes(value))
})

test('test_async_to_sync_with_stopped_main_loop: a plain thread does not wait for a main loop that has made the same wrapper, used it, and stands still', async (t) => {
  const { stdout, late } = await runFiles(t, {
    'main.mjs': `
import { Latch, Ledger } from ${JSON.stringify(new URL('../support/latch.js', import.meta.url).href)}
import { startPlainThread } from ${JSON.stringify(new URL('./support/plain-thread.js', import.meta.url).href)}
import { answer } from './answer.mjs'
const [latch, ledger] = [new Latch(), new Ledger()]
console.log(answer())
startPlainThread(new URL('./answer.mjs', import.meta.url), 'answerAndOpen', [latch.memory, ledger.memory])
latch.waitBlocking()
console.log(ledger.entries.join())
`,
    'answer.mjs': `
import { asyncToSync } from '@syncbridge/core'
import { Latch, Ledger } from ${JSON.stringify(new URL('../support/latch.js', import.meta.url).href)}
export const answer = asyncToSync(async () => 42)
export const answerAndOpen = (latch, ledger) => {
  new Ledger(ledger).note(answer())
  new Latch(latch).open()
}
`,
  })
  assert.deepEqual({ stdout, late }, { stdout: '42\n42\n', late: false })
})

test('test_async_to_sync_in_async: blocking a thread on its own loop is refused before the function is called', async () => {
  await new ThreadSensitiveContext().run(async () => {
    assert.throws(() => whereLoop(), BlockedLoopError)
  })
  const ledger = new Ledger()
  await assert.rejects(loops.blockInAsync(ledger.memory), BlockedLoopError)
  assert.deepEqual(ledger.entries, [])
})

test('test_multiprocessing: a process that sync code starts uses its own loop', async () => {
  assert.equal(await loops.inOtherProcess(), '42')
})

test('row 21: the async function is called on the loop, its first line included', async () => {
  assert.equal(await loops.whereFirstLine(), threadId)
})

test('row 26: calls that no loop launched share one warm loop thread', () => {
  const thread = whereLoop()
  assert.notEqual(thread, threadId)
  assert.equal(whereLoop(), thread)
})

test('row 27: async code never runs on the thread that waits for it', async () => {
  const { top, loop } = await loops.belowFresh()
  assert.notEqual(loop, top)
  assert.notEqual((await loops.throughLoop()).top, threadId)
  assert.notEqual(loops.both().loop, threadId)
})

test('row 29: a thread that sync code starts by itself does not inherit the loop', async () => {
  const { plain, loop } = await loops.loopOfOwnThread()
  assert.ok(![plain, threadId].includes(loop))
})

test('row 30: sync code outside any call does not use the loop of an earlier call', async () => {
  const ledger = new Ledger()
  const thread = await loops.reportTo(ledger.memory)
  await until(() => ledger.entries.length === 1 && ledger.entries[0] !== 0)
  assert.ok(![thread, threadId].includes(ledger.entries[0]))
})

test('row 31: what a call left running on a loop of its own ends with that loop', async () => {
  const [go, ledger] = [new Latch(), new Ledger()]
  const loop = await loops.leaveFreshTask(go.memory, ledger.memory)
  await until(async () => !(await loops.hasMade(loop)))
  go.open()
  // Whoever could have run it would have answered before this round trip.
  await whereOnPool()
  assert.deepEqual(ledger.entries, [])
})

test('row 31: what a call left running on the warm loop thread runs on', async () => {
  const [go, ledger] = [new Latch(), new Ledger()]
  loops.leaveOnLoop(go.memory, ledger.memory)
  go.open()
  await until(() => ledger.entries.length === 1)
  assert.equal(ledger.entries[0], whereLoop())
})

test('row 32: what a call left running on the loop that launched it runs on', async () => {
  const [go, ledger] = [new Latch(), new Ledger()]
  await loops.leaveTask(go.memory, ledger.memory)
  go.open()
  await until(() => ledger.entries.length === 1)
  assert.deepEqual(ledger.entries, [threadId])
})

test('row 33: where the loop that launched it has gone, sync code uses the process’s own', async () => {
  const [entered, go, ledger] = [new Latch(), new Latch(), new Ledger()]
  const gone = await loops.outliveLoop(entered.memory, go.memory, ledger.memory)
  await until(async () => !(await loops.hasMade(gone)))
  go.open()
  await until(() => ledger.entries.length === 1 && ledger.entries[0] !== 0)
  assert.equal(ledger.entries[0], whereLoop())
})

test('row 35: a loop that ends wakes who waits for it, with an error', async () => {
  await assert.rejects(loops.waitForExitingLoop(), (error) => {
    assert.ok(error instanceof ThreadExitedError)
    assert.equal(error.exitCode, 3)
    return true
  })
})

test('row 35: a loop that stands still does not hold its waiter past the timeout', async () => {
  const [entered, release] = [new Latch(), new Latch()]
  const call = loops.waitForBlockedLoop(entered.memory, release.memory)
  entered.waitBlocking()
  release.waitBlocking()
  assert.equal(await call, 'SYNCBRIDGE_CALL_TIMEOUT')
})

test('row 36: forceNewLoop makes a loop for each call, also where one launched the code', async () => {
  const { top, one, two } = await loops.throughFresh()
  assert.equal(new Set([top, one, two, threadId]).size, 4)
  assert.notEqual(whereFresh(), whereFresh())
})

test('row 37: under forceNewLoop the sync code below returns to the thread that waits', async () => {
  const { top, sync } = await loops.belowFresh()
  assert.equal(sync, top)
})

test('row 40: a timeout releases a blocked thread on time', async () => {
  assert.equal(await within(1000, loops.giveUpWaiting()), 'SYNCBRIDGE_CALL_TIMEOUT')
  assert.equal(await note(new Ledger().memory, 1), await where())
})
