/** Threads that can't start: everybody is told why, and not by the start of one more thread each. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const fixture = JSON.stringify(new URL('./fixtures/basic.js', import.meta.url).href)

const support = JSON.stringify(new URL('./support/occupied.js', import.meta.url).href)

const opening = `
import { subscribe } from 'node:diagnostics_channel'
import { rmSync, writeFileSync } from 'node:fs'
import { configure, stats, ThreadSensitiveContext, AsyncSingleThreadContext } from '@syncbridge/core'
import * as calls from ${fixture}
import { occupied } from ${support}
const setup = new URL('./setup.mjs', import.meta.url)
const pool = { maxThreads: 2 }
configure({ setup: [setup], pool })
let started = 0
subscribe('syncbridge:thread', ({ state }) => { if (state === 'started') started += 1 })
const outcome = async (call) => { try { return await call() } catch (error) { return error } }
`
const broken = `throw new RangeError('no database')`

async function run(t, program, setup = broken) {
  const files = { 'main.mjs': opening + program, 'setup.mjs': setup }
  const { stdout, stderr, late, code } = await runFiles(t, files, { deadline: 60_000 })
  assert.deepEqual({ stderr, late, code }, { stderr: '', late: false, code: 0 })
  return stdout.trim().split('\n')
}

describe('threads that can’t start', () => {
  for (const [place, call] of [
    ['the shared thread', '() => calls.add(1, 2)'],
    ['the pool', '() => calls.addOnPool(1, 2)'],
    ['a leased thread', '() => new ThreadSensitiveContext().run(() => calls.add(1, 2))'],
    ['the loop', `() => calls.greet('you')`],
    ['a loop of its own', `() => calls.whereFresh()`],
    ['a loop of a context', `() => new AsyncSingleThreadContext().run(() => calls.greet('you'))`],
  ]) {
    test(`are not started for each of a thousand calls, which are all told the reason (${place})`, async (t) => {
      const [counts, first, last] = await run(
        t,
        `
const call = ${call}
const first = await outcome(call)
const errors = []
for (let count = 0; count < 200; count += 1)
  errors.push(...await Promise.all(Array.from({ length: 5 }, () => outcome(call))))
const isTold = ({ code, function: name, thread, message, cause }) =>
  code === 'SYNCBRIDGE_THREAD_EXITED' && name !== undefined && thread !== undefined && message.includes('could not start')
const told = errors.filter(isTold).length
const next = errors.filter(({ message }) => /the next is (tried in \\d+ ms|being tried now)$/.test(message)).length
console.log([told, next > 900, started, stats().threads.length, stats().calls.pending].join())
console.log(first.message)
// While it was blocked, it could not be told why; by now it knows.
await new Promise(setImmediate)
let error
do error = await outcome(call)
while (!error.message.includes('the next'))
console.log(error.cause?.message, error.message)`,
      )
      const [told, isPaused, started, threads, pending] = counts.split(',')
      assert.deepEqual(
        { told, isPaused, threads, pending },
        { told: '1000', isPaused: 'true', threads: '0', pending: '0' },
      )
      // Pauses double: so many starts would take minutes.
      assert.ok(Number(started) < 20, `${started} threads were started`)
      assert.match(first, /could not start/)
      assert.match(
        last,
        /^no database .*RangeError: no database\. \d+ starts in a row have failed; the next/,
      )
    })
  }

  test('are tried again at once after the first failure', async (t) => {
    const lines = await run(
      t,
      `
console.log((await outcome(() => calls.add(1, 2))).message)
writeFileSync(setup, '')
console.log(await outcome(() => calls.add(1, 2)), started)`,
    )
    assert.match(lines[0], /could not start: RangeError: no database$/)
    assert.equal(lines[1], '3 2')
  })

  test('are tried again by themselves, and serve when what failed has been mended', async (t) => {
    const lines = await run(
      t,
      `
const ways = [() => calls.add(1, 2), () => calls.addOnPool(1, 2), () => new ThreadSensitiveContext().run(() => calls.add(1, 2))]
for (let count = 0; count < 50; count += 1) for (const way of ways) await outcome(way)
writeFileSync(setup, '')
const deadline = performance.now() + 30_000
for (const way of ways) {
  let answer
  do {
    answer = await outcome(way)
    const [, ms] = /the next is tried in (\\d+) ms/.exec(answer?.message ?? '') ?? []
    if (ms) await new Promise((resolve) => setTimeout(resolve, Number(ms)))
  } while (answer !== 3 && performance.now() < deadline)
  console.log(answer)
}
rmSync(setup)
console.log(await calls.add(3, 4))`,
    )
    assert.deepEqual(lines, ['3', '3', '3', '7'])
  })

  test('are tried again at once after configure()', async (t) => {
    const lines = await run(
      t,
      `
let error
do error = await outcome(() => calls.add(1, 2))
while (!error.message.includes('the next'))
configure({ setup: [] })
console.log(await outcome(() => calls.add(1, 2)))`,
    )
    assert.deepEqual(lines, ['3'])
  })

  for (const [how, ending, reason] of [
    ['exit', 'process.exit(3)', /ended with exit code 3 before it had taken a call\. .*setup/],
    ['throw', `throw new RangeError('no database')`, /before it had taken a call: RangeError: no/],
  ]) {
    test(`and those that ${how} as soon as they are up do not have a call go round for ever`, async (t) => {
      const [message, started] = await run(
        t,
        `
console.log((await outcome(() => calls.addOnPool(1, 2))).message)
for (let count = 0; count < 200; count += 1) await outcome(() => calls.addOnPool(1, 2))
console.log(started)`,
        `setImmediate(() => { ${ending} })`,
      )
      assert.match(message, reason)
      assert.match(message, /2 starts in a row have failed; the next is tried in \d+ ms$/)
      assert.ok(Number(started) < 20, `${started} threads were started`)
    })
  }

  test('and those that exit while a listener of that never returns are counted, and a call does not go round for ever', async (t) => {
    const [shared, onPool, next, counted] = await run(
      t,
      `
const ways = [() => calls.add(1, 2), () => calls.addOnPool(1, 2)]
for (const { code, message } of await Promise.all(ways.map(outcome))) console.log(code, message)
await outcome(ways[0])
console.log((await outcome(ways[0])).message)
console.log(started)`,
      `process.on('exit', () => { for (;;); })\nprocess.exit(3)`,
    )
    const message = /^SYNCBRIDGE_THREAD_EXITED .* could not start: it ended with exit code 3, and/
    assert.match(shared, message)
    assert.match(onPool, message)
    assert.match(next, /2 starts in a row have failed; the next is tried in \d+ ms$/)
    assert.equal(counted, '3')
  })

  test('in time are given up, also where the main thread is blocked until they are up', async (t) => {
    for (const startTimeout of [1, 200]) {
      const [message, next] = await run(
        t,
        `
configure({ startTimeout: ${startTimeout} })
console.log((await outcome(() => calls.greet('you'))).message)
configure({ startTimeout: 30_000, setup: [] })
console.log(await outcome(() => calls.add(1, 2)))`,
        'await new Promise(() => setInterval(() => {}, 60_000))',
      )
      assert.match(
        message,
        new RegExp(`could not start: Error: it was not ready .* ${startTimeout} ms`),
      )
      assert.equal(next, '3')
    }
  })

  test('hold up nobody who has a thread, and those who wait for another one get it when one can start', async (t) => {
    const lines = await run(
      t,
      `
writeFileSync(setup, '')
const holding = await occupied(calls.holdOnPool)
writeFileSync(setup, ${JSON.stringify(broken)})
while (started < 3) await outcome(() => calls.addOnPool(1, 2))
const waiting = calls.addOnPool(3, 4)
console.log(started)
writeFileSync(setup, '')
console.log(await waiting, started)
holding.release()
await holding.done`,
    )
    assert.deepEqual(lines, ['3', '7 4'])
  })
})
