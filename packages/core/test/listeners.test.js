/** Listeners of the diagnostics channels are the user's code: whatever they do, calls and threads are what they are without them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runFiles, runInProcess } from './support/run-in-process.js'

const fixture = JSON.stringify(new URL('./fixtures/traced.js', import.meta.url).href)

describe('a listener', () => {
  test('that throws, freezes the event, lies, makes calls, blocks or shuts down changes nothing, in each event of each channel', async () => {
    const program = fileURLToPath(new URL('./fixtures/misbehaving-listeners.js', import.meta.url))
    const { code, late, stdout, stderr } = await runInProcess([program], { deadline: 110_000 })
    assert.deepEqual({ code, late, stderr }, { code: 0, late: false, stderr: '' })
    assert.deepEqual(JSON.parse(stdout).wrong, [])
  })

  for (const misdeed of [
    'Object.freeze(event)',
    `Object.defineProperty(event, 'endedAt', { set() { throw new Error('of the listener') } })`,
  ]) {
    test(`is told of its own error, and the call's thread goes to the next context (${misdeed})`, async (t) => {
      const { stdout, code } = await runFiles(t, {
        'main.mjs': `
import { tracingChannel } from 'node:diagnostics_channel'
import { configure, stats, ThreadSensitiveContext } from '@syncbridge/core'
import { add } from ${fixture}
let told = 0
process.on('uncaughtException', () => { told += 1 })
configure({ leased: { maxThreads: 1, leaseTimeout: 5000 } })
const hooks = { start: (event) => ${misdeed} }
tracingChannel('syncbridge:call').subscribe(hooks)
console.log(await new ThreadSensitiveContext().run(() => add.with({ timeout: 5000 })(1, 2)))
tracingChannel('syncbridge:call').unsubscribe(hooks)
console.log(await new ThreadSensitiveContext().run(() => add(3, 4)), JSON.stringify(stats().calls), told)`,
      })
      assert.deepEqual(
        { stdout, code },
        { stdout: '3\n7 {"made":2,"pending":0,"succeeded":2,"failed":0} 1\n', code: 0 },
      )
    })
  }

  for (const [role, call, limit] of [
    ['pool', 'addOnPool', 2],
    ['shared', 'add', 1],
  ]) {
    test(`of threads that makes a call for each that starts voids no limit (${role})`, async (t) => {
      const { stdout } = await runFiles(t, {
        'main.mjs': `
import { channel } from 'node:diagnostics_channel'
import { configure, stats } from '@syncbridge/core'
import { ${call} as call } from ${fixture}
configure({ pool: { maxThreads: 2 } })
const made = []
channel('syncbridge:thread').subscribe(({ state }) => {
  if (state === 'started' && made.length < 10) made.push(call(1, made.length))
})
console.log(await call(1, 2))
await Promise.all(made)
console.log(made.length > 0, stats().threads.length <= ${limit})`,
      })
      assert.equal(stdout, '3\ntrue true\n')
    })
  }

  test('hears of calls on other threads before the end of the call that waits for them, also where that blocks the thread', async (t) => {
    const { stdout } = await runFiles(t, {
      'main.mjs': `
import { tracingChannel } from 'node:diagnostics_channel'
import { outer } from './calls.mjs'
const told = []
const phases = ['start', 'end', 'asyncStart', 'asyncEnd']
tracingChannel('syncbridge:call').subscribe(Object.fromEntries(phases.map((phase) => [phase, (event) => told.push(event.function + ' ' + phase)])))
outer()
console.log(told.join(', '))`,
      'calls.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const inner = syncToAsync(function inner() { return 1 })
export const outer = asyncToSync(async function outer() { return await inner() })`,
    })
    assert.equal(
      stdout.trim(),
      'outer start, inner start, inner end, inner asyncStart, inner asyncEnd, outer end',
    )
  })

  test('is called in no context of anybody, and leaves none behind', async (t) => {
    const { stdout } = await runFiles(t, {
      'main.mjs': `
import { AsyncLocalStorage } from 'node:async_hooks'
import { channel } from 'node:diagnostics_channel'
import { addOnPool } from ${fixture}
const request = new AsyncLocalStorage()
const stores = []
channel('syncbridge:thread').subscribe(() => {
  stores.push(String(request.getStore()))
  request.enterWith('of the listener')
})
await request.run('a request', () => addOnPool(1, 2))
console.log(stores.length, String(request.getStore()))
console.log(stores[0])`,
    })
    assert.equal(stdout, '2 undefined\nundefined\n')
  })
})
