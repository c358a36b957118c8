/** Calls that are made near the end of a stack: each has an error of its own at worst, and leaves nothing behind. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const files = (call, warm) => ({
  'main.mjs': `
import { shutdown, stats, ThreadSensitiveContext } from '@syncbridge/core'
import * as work from './work.mjs'
const { signal } = new AbortController()
const late = []
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, (error) => late.push(String(error)))
const call = () => ${call}
for (let times = 0; times < ${warm}; times += 1) try { await call() } catch {}

const promises = []
const thrown = []
const noop = () => undefined
let left = 0
// On the way back up, one call at each depth: from where nothing fits to where all of a call does.
const dive = () => {
  try { dive() } catch {}
  if (left === 0) return
  left -= 1
  try {
    const promise = call()
    promise?.catch?.(noop)
    promises.push(promise)
  } catch (error) {
    thrown.push(error)
  }
}
for (let times = 0; times < 2; times += 1) {
  left = 1300
  dive()
  await new Promise(setImmediate)
}
const settled = await Promise.allSettled(promises)
const errors = [...thrown, ...settled.filter(({ status }) => status === 'rejected').map(({ reason }) => reason)]
const others = errors.filter(({ name }) => name !== 'RangeError' && name !== 'TransferError').map(String)
// Whoever comes next.
const next = [await work.echo(1), await work.onPool(2), work.reply(3)]
const runtime = Object.getOwnPropertySymbols(globalThis).map((symbol) => globalThis[symbol]).find((value) => value?.outbox)
const isLeft = () => {
  const { calls, contexts, queued, threads } = stats()
  const counts = { pending: calls.pending, contexts, queued, inTable: runtime.outbox.pending.size, held: runtime.registry.handles.size }
  const busy = threads.filter(({ state }) => state !== 'idle').length
  return Object.values(counts).some(Boolean) || busy > 0 ? { ...counts, busy } : undefined
}
// What was given up is answered by its thread; the test's own deadline ends a wait for ever.
const deadline = performance.now() + 8000
while (isLeft() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
const remains = isLeft() ?? 'nothing'
await shutdown()
const short = errors.filter(({ name }) => name === 'RangeError').length
console.log(JSON.stringify({ others: [...new Set(others)], next, left: remains, late, isShort: short > 0, isEnough: short < thrown.length + promises.length }))`,
  'work.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
export const echo = syncToAsync((value) => value)
export const onPool = syncToAsync((value) => value, { threadSensitive: false })
export const reply = asyncToSync(async (value) => value)
export const counting = syncToAsync(function* () { yield 1 })
export const failing = syncToAsync(() => { throw new RangeError('mine') })`,
})

const calls = {
  'of plain values': 'work.echo({ a: [1] })',
  'of what goes by port': 'work.echo([new Date(0)])',
  'of an error': "work.echo(new Error('given'))",
  'of a function': 'work.echo(() => 1)',
  'of what can’t cross': "work.echo({ a: [Promise.resolve()], 'b c': 1 })",
  'on the pool': 'work.onPool(1)',
  'with a signal and a timeout': 'work.echo.with({ signal, timeout: 60_000 })(1)',
  'that iterates': 'work.counting().next()',
  'that blocks': 'work.reply([1])',
  'of a context':
    'left % 64 === 0 ? new ThreadSensitiveContext().run(() => work.echo(1)) : new ThreadSensitiveContext().run(() => 1)',
}

describe('a call near the end of the stack', { concurrency: 2 }, () => {
  for (const [what, call] of Object.entries(calls))
    for (const [when, warm] of [
      ['the first one', 0],
      ['after others', 40],
    ])
      test(`${what} is a RangeError at worst, and leaves nothing behind (${when})`, async (t) => {
        const { stdout, late } = await runFiles(t, files(call, warm), { deadline: 40_000 })
        assert.equal(late, false)
        assert.deepEqual(JSON.parse(stdout), {
          others: [],
          next: [1, 2, 3],
          left: 'nothing',
          late: [],
          isShort: true,
          isEnough: true,
        })
      })
})

/** What a function on a thread does near the end of its stack with a function of the main thread. */
const given = {
  'a call of it that is awaited': 'fn(1)',
  'a call of it that blocks': 'asyncToSync(fn)(1)',
  'keep(), and letting it go': 'keep(fn)[Symbol.dispose]()',
}

describe('near the end of a thread’s stack, for a function that was given', () => {
  for (const [what, step] of Object.entries(given))
    test(`${what} is a RangeError at worst, and leaves nothing behind`, async (t) => {
      const { stdout, late } = await runFiles(
        t,
        {
          'main.mjs': `
import { stats } from '@syncbridge/core'
import { dive, others } from './work.mjs'
const runtime = () => Object.getOwnPropertySymbols(globalThis).map((symbol) => globalThis[symbol]).find((value) => value?.outbox)
for (let times = 0; times < 3; times += 1) await dive((value) => value)
const isLeft = () => runtime().registry.handles.size + runtime().outbox.pending.size + stats().calls.pending
const deadline = performance.now() + 8000
while (isLeft() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
console.log(JSON.stringify({ ...(await others()), left: isLeft(), threads: stats().threads.length }))`,
          'work.mjs': `
import { asyncToSync, keep, syncToAsync } from '@syncbridge/core'
const errors = []
const noop = () => undefined
const note = (error) => errors.push(error)
export const dive = syncToAsync((fn) => {
  let left = 1500
  const down = () => {
    try { down() } catch {}
    if (left === 0) return
    left -= 1
    try { (${step})?.then?.(noop, note) } catch (error) { note(error) }
  }
  down()
})
export const others = syncToAsync(() => {
  const found = errors.filter(({ name }) => name !== 'RangeError' && name !== 'TransferError')
  return { short: errors.length > 0, others: [...new Set(found.map(String))] }
})`,
        },
        { deadline: 40_000 },
      )
      assert.equal(late, false)
      assert.deepEqual(JSON.parse(stdout), {
        short: true,
        others: [],
        left: 0,
        threads: 1,
      })
    })
})

describe('code that runs on a blocked frame near the end of a stack', { concurrency: 2 }, () => {
  const answers = {
    'what goes by port': '{ a: [new Date(0), new Map([[1, { x: 1 }]])] }',
    'plain values': '{ a: [[[1]]] }',
  }
  for (const [what, answer] of Object.entries(answers))
    test(`is answered, where it gives ${what}, and no call stays open`, async (t) => {
      const { stdout, late } = await runFiles(
        t,
        {
          'main.mjs': `
import { stats } from '@syncbridge/core'
import { outer } from './work.mjs'
let ok = 0
for (let pad = 0; pad < 20; pad += 1) ok += await outer(pad)
const deadline = performance.now() + 8000
while (stats().calls.pending > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
console.log(ok, stats().calls.pending)
process.exit()`,
          'work.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const onFrame = syncToAsync(() => (${answer}))
const inner = asyncToSync(async () => void (await onFrame().catch(() => undefined)))
const ENOUGH = 25
// On the way back up: from where nothing fits to where all does.
export const outer = syncToAsync((pad) => {
  let ok = 0
  const walk = () => {
    try { walk() } catch {}
    if (ok === ENOUGH) return
    try { inner(); ok += 1 } catch {}
  }
  const padded = (left) => { if (left === 0) walk(); else padded(left - 1) }
  try { padded(pad) } catch {}
  return ok
})`,
        },
        { deadline: 40_000 },
      )
      assert.equal(late, false)
      assert.equal(stdout, `${20 * 25} 0\n`)
    })
})
