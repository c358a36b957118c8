import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configure, stats } from '@syncbridge/core'
import { runFiles } from './support/run-in-process.js'

const basic = JSON.stringify(new URL('./fixtures/basic.js', import.meta.url).href)
const occupied = JSON.stringify(new URL('./support/occupied.js', import.meta.url).href)
const importing = `
import * as core from '@syncbridge/core'
import * as calls from ${basic}
import { occupied } from ${occupied}
const { configure, stats } = core
const roles = () => stats().threads.map(({ role }) => role).sort().join()
const until = async (condition) => {
  for (const end = performance.now() + 5000; !condition() && performance.now() < end;) await new Promise((resolve) => setTimeout(resolve, 5))
  return condition()
}
`
async function prints(t, program, expected, files = {}) {
  const result = await runFiles(t, { 'main.mjs': importing + program, ...files })
  const { stdout, stderr, late, code } = result
  assert.deepEqual(
    { stdout, stderr, late, code },
    { stdout: expected, stderr: '', late: false, code: 0 },
  )
}

describe('configure', () => {
  test('refuses what it does not know and what is out of range, by name', () => {
    const cases = [
      [{ pools: {} }, /pools/],
      [{ pool: { max: 1 } }, /pool\.max /],
      [{ leased: { size: 1 } }, /leased\.size /],
      [{ pool: { maxThreads: 0 } }, /pool\.maxThreads/],
      [{ pool: { maxThreads: '4' } }, /pool\.maxThreads/],
      [{ pool: { maxThreads: Number.NaN } }, /pool\.maxThreads/],
      [{ pool: { maxQueue: -1 } }, /pool\.maxQueue/],
      [{ pool: { idleTimeout: -5 } }, /pool\.idleTimeout/],
      [{ leased: { maxThreads: 0 } }, /leased\.maxThreads/],
      [{ leased: { leaseTimeout: 0 } }, /leased\.leaseTimeout/],
    ]
    for (const [options, named] of cases) {
      assert.throws(
        () => configure(options),
        (error) => {
          assert.ok(error instanceof TypeError)
          assert.match(error.message, named)
          return true
        },
      )
    }
    assert.throws(() => configure(null), TypeError)
  })

  test('that is refused changes nothing', async (t) => {
    await prints(
      t,
      `
configure({ pool: { maxThreads: 1 } })
try { configure({ pool: { maxThreads: 3, bad: 1 } }) } catch {}
const first = await occupied(calls.holdOnPool)
calls.whereOnPool()
console.log(stats().threads.length, stats().queued)
first.release()`,
      '1 1\n',
    )
  })

  test('keeps what a later call leaves out', async (t) => {
    await prints(
      t,
      `
configure({ pool: { maxThreads: 1, maxQueue: 1 } })
configure({ pool: { maxQueue: 2 } })
const first = await occupied(calls.holdOnPool)
const others = [calls.whereOnPool(), calls.whereOnPool(), calls.whereOnPool()]
first.release()
console.log((await Promise.allSettled(others)).map(({ status }) => status).join(), stats().threads.length)`,
      'fulfilled,fulfilled,rejected 1\n',
    )
  })

  test('imports its setup modules on each thread, and waits for them, before the first call', async (t) => {
    await prints(
      t,
      `
import { ready, readyAsync } from './ready.mjs'
configure({ setup: [new URL('./setup.mjs', import.meta.url)], pool: { maxThreads: 1 } })
console.log(await ready(), await ready.with({})(), readyAsync(), globalThis.isReady)
console.log(await new core.ThreadSensitiveContext().run(() => ready()))`,
      'set up set up set up undefined\nset up\n',
      {
        'setup.mjs': `
await new Promise((resolve) => setImmediate(resolve))
globalThis.isReady = 'set up'`,
        'ready.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
export const ready = syncToAsync(() => globalThis.isReady)
export const readyAsync = asyncToSync(async () => globalThis.isReady)`,
      },
    )
  })

  test('takes setup modules as paths from the working directory, and in order', async (t) => {
    const { stdout, late } = await runFiles(
      t,
      {
        'main.mjs': `
import { configure } from '@syncbridge/core'
import { steps } from './steps.mjs'
import { writeFileSync, mkdtempSync } from 'node:fs'
const folder = mkdtempSync('setup-')
writeFileSync(folder + '/one.mjs', 'globalThis.steps = [1]')
writeFileSync(folder + '/two.mjs', 'globalThis.steps.push(2)')
configure({ setup: [folder + '/one.mjs', './' + folder + '/two.mjs'] })
console.log(JSON.stringify(await steps()))
import { rmSync } from 'node:fs'
rmSync(folder, { recursive: true })`,
        'steps.mjs': `
import { syncToAsync } from '@syncbridge/core'
export const steps = syncToAsync(() => globalThis.steps)`,
      },
      { cwd: import.meta.dirname },
    )
    assert.deepEqual({ stdout, late }, { stdout: '[1,2]\n', late: false })
  })

  test('gives new threads their environment and options, below the main thread as well', async (t) => {
    await prints(
      t,
      `
import { look, lookFresh } from './look.mjs'
configure({ env: { ...process.env, TENANT: 'blue' }, execArgv: ['--conditions=special'] })
console.log(JSON.stringify([await look(), lookFresh()]))`,
      '[["blue",["--conditions=special"]],["blue",["--conditions=special"]]]\n',
      {
        'look.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
export const look = syncToAsync(() => [process.env.TENANT, process.execArgv])
export const lookFresh = asyncToSync(async () => [process.env.TENANT, process.execArgv], { forceNewLoop: true })`,
      },
    )
  })

  test('holds also for the threads that a sync thread makes', async (t) => {
    await prints(
      t,
      `
import { lookBelow } from './look.mjs'
configure({ env: { ...process.env, TENANT: 'blue' } })
console.log(await lookBelow())`,
      'blue\n',
      {
        'look.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const lookFresh = asyncToSync(async () => process.env.TENANT, { forceNewLoop: true })
export const lookBelow = syncToAsync(() => lookFresh())`,
      },
    )
  })
})

describe('the pool', () => {
  test('refuses calls past maxQueue with QueueFullError, and goes on', async (t) => {
    await prints(
      t,
      `
configure({ pool: { maxThreads: 1, maxQueue: 2 } })
const first = await occupied(calls.holdOnPool)
const queued = [calls.addOnPool(1, 1), calls.addOnPool(2, 2)]
await calls.addOnPool(3, 3).catch((error) =>
  console.log(error instanceof core.QueueFullError, error.code, /addOnPool|anonymous/.test(error.message), /maxQueue/.test(error.message)))
first.release()
console.log((await Promise.all(queued)).join(), await calls.addOnPool(4, 4))`,
      'true SYNCBRIDGE_QUEUE_FULL true true\n2,4 8\n',
    )
  })

  test('starts no more threads than it needs and no more than maxThreads', async (t) => {
    await prints(
      t,
      `
configure({ pool: { maxThreads: 3 } })
for (let round = 0; round < 5; round += 1) await calls.addOnPool(1, 1)
console.log(roles())
await Promise.all(Array.from({ length: 20 }, () => calls.addOnPool(1, 1)))
console.log(roles())`,
      'pool\npool,pool,pool\n',
    )
  })

  test('ends threads that were idle for idleTimeout, down to minThreads, and starts new ones', async (t) => {
    await prints(
      t,
      `
configure({ pool: { maxThreads: 3, minThreads: 1, idleTimeout: 30 } })
const anchor = setInterval(() => {}, 1000)
await Promise.all(Array.from({ length: 3 }, () => calls.addOnPool(1, 1)))
console.log(await until(() => stats().threads.length === 1))
console.log((await Promise.all(Array.from({ length: 6 }, () => calls.addOnPool(2, 2)))).join())
clearInterval(anchor)`,
      'true\n4,4,4,4,4,4\n',
    )
  })

  test('loses no call to a thread that is ended for being idle', async (t) => {
    await prints(
      t,
      `
configure({ pool: { maxThreads: 2, idleTimeout: 1 } })
let sum = 0
for (let round = 0; round < 12; round += 1) {
  sum += await calls.addOnPool(1, 0)
  // About as long as the threads are kept: some calls meet one that is just being ended.
  await new Promise((resolve) => setTimeout(resolve, round % 4))
}
console.log(sum)`,
      '12\n',
    )
  })
})

describe('stats', () => {
  test('tell threads by role and state, and what runs and waits on them', async (t) => {
    await prints(
      t,
      `
configure({ pool: { maxThreads: 1 } })
console.log(JSON.stringify(stats().threads), stats().queued, stats().calls.made)
const busy = await occupied(calls.hold)
const pooled = await occupied(calls.holdOnPool)
const more = [calls.add(1, 1), calls.add(1, 1), calls.addOnPool(1, 1)]
const of = (wanted) => stats().threads.find(({ role }) => role === wanted)
const shared = of('shared')
console.log(shared.state, shared.running, shared.queued, of('pool').state, of('pool').running, stats().queued, stats().calls.pending)
busy.release(); pooled.release()
const id = await busy.done
console.log(id === shared.id)
await Promise.all([...more, pooled.done])
await calls.add(Promise.resolve(), 1).catch(() => {})
const { made, pending, succeeded, failed } = stats().calls
console.log(made, pending, succeeded, failed, of('shared').state, stats().wait.count, stats().run.count)
const { run } = stats()
console.log(run.min <= run.p50 && run.p50 <= run.p99 && run.p99 <= run.max && run.mean > 0)
await new core.ThreadSensitiveContext().run(() => console.log(stats().contexts))
console.log(stats().contexts)`,
      '[] 0 0\nbusy 1 2 busy 1 1 5\ntrue\n6 0 5 1 idle 5 5\ntrue\n1\n0\n',
    )
  })

  test('are there in every thread, and make no thread', () => {
    assert.deepEqual(stats().threads, [])
  })
})
