import assert from 'node:assert/strict'
import { test } from 'node:test'
import { threadId } from 'node:worker_threads'
import { configure, QueueFullError, stats, ThreadSensitiveContext } from '@syncbridge/core'
import { Latch } from '../support/latch.js'
import { runFiles } from '../support/run-in-process.js'
import * as contexts from './fixtures/contexts.js'
import { hold, where, whereOnPool } from './fixtures/places.js'

const inContext = (fn) => new ThreadSensitiveContext().run(fn)
const href = (name) => JSON.stringify(new URL(name, import.meta.url).href)

const imports = `
import { configure, ThreadSensitiveContext } from '@syncbridge/core'
import { Latch, Ledger } from ${href('../support/latch.js')}
import { park } from ${href('./fixtures/contexts.js')}
import { where } from ${href('./fixtures/places.js')}
const memoriesOf = (...shared) => shared.map(({ memory }) => memory)
`

/** Two contexts that are open at the same time, and the thread that each has. */
async function twoContexts() {
  const [one, two, go] = [new Latch(), new Latch(), new Latch()]
  const open = (mine) =>
    inContext(async () => {
      const thread = await where()
      mine.open()
      await go.wait()
      assert.equal(await where(), thread)
      return thread
    })
  const both = Promise.all([open(one), open(two)])
  await Promise.race([Promise.all([one.wait(), two.wait()]), both])
  go.open()
  return both
}

test('test_thread_sensitive_with_context_matches: calls at once in one context share a thread', async () => {
  const [one, two] = await inContext(() => Promise.all([where(), where()]))
  assert.equal(one, two)
  assert.notEqual(one, threadId)
})

test('test_thread_sensitive_with_context_different: two contexts at once have two threads', async () => {
  const [one, two] = await twoContexts()
  assert.equal(new Set([one, two, threadId, await where()]).size, 4)
})

test('test_thread_sensitive_nested_context: a context inside another is the other one', async () => {
  await inContext(async (outer) => {
    const thread = await where()
    assert.notEqual(thread, threadId)
    await inContext(async (inner) => {
      assert.equal(inner, outer)
      assert.equal(await where(), thread)
    })
    assert.equal(await where(), thread)
  })
})

test('test_thread_sensitive_context_without_sync_work: a context without sync code starts no thread', async (t) => {
  const { stdout, late } = await runFiles(t, {
    'main.mjs': `
import { stats, ThreadSensitiveContext } from '@syncbridge/core'
await new ThreadSensitiveContext().run(async () => {})
console.log(stats().threads.length)
`,
  })
  assert.deepEqual({ stdout, late }, { stdout: '0\n', late: false })
})

test('test_thread_sensitive_context_exit_does_not_block_event_loop: a context whose thread is parked lets its loop go on', async (t) => {
  const { stdout, late, code } = await runFiles(t, {
    'main.mjs': `${imports}
const [entered, begun, go, ledger] = [new Latch(), new Latch(), new Latch(), new Ledger()]
const aborter = new AbortController()
await new ThreadSensitiveContext().run(async () => {
  const free = [new Latch(), new Latch(), new Latch()]
  free[2].open()
  const early = park(...memoriesOf(...free, ledger))
  free[0].waitBlocking()
  const began = performance.now()
  await free[1].wait()
  const floor = performance.now() - began
  await early
  const call = park.with({ signal: aborter.signal })(...memoriesOf(entered, begun, go, ledger))
  // The loop stands still until the abort, many times as long as the thread took to block: it is parked by then, and the
  // async function has not begun.
  entered.waitBlocking()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20 * floor)
  console.log(begun.isOpen)
  aborter.abort()
  setImmediate(() => go.open())
  await call.catch(() => {})
})
console.log(await new ThreadSensitiveContext().run(() => where()) > 0)
`,
  })
  assert.deepEqual({ stdout, late, code }, { stdout: 'false\ntrue\n', late: false, code: 0 })
})

test('test_thread_sensitive_context_exit_does_not_starve_default_executor: contexts that end take no thread of the pool', async (t) => {
  const { stdout, late, code } = await runFiles(t, {
    'main.mjs': `${imports}
configure({ pool: { maxThreads: 2 }, leased: { maxThreads: 2 } })
const [go, ledger] = [new Latch(), new Ledger()]
const left = [new Latch(), new Latch()]
const requests = left.map(async (mine) => {
  const [entered, begun, aborter] = [new Latch(), new Latch(), new AbortController()]
  const request = new ThreadSensitiveContext().run(async () => {
    const call = park.with({ signal: aborter.signal })(...memoriesOf(entered, begun, go, ledger))
    call.catch(() => {})
    await begun.wait()
    aborter.abort()
    mine.open()
  })
  await request
})
await Promise.all(left.map((latch) => latch.wait()))
go.open()
await Promise.all(requests)
console.log(ledger.entries.length)
`,
  })
  assert.deepEqual({ stdout, late, code }, { stdout: '2\n', late: false, code: 0 })
})

test('row 73: the thread is leased with the first thread-sensitive call', async () => {
  configure({ leased: { maxThreads: 1, maxQueue: 0 } })
  try {
    const [begun, go, leased] = [new Latch(), new Latch(), new Latch()]
    const idle = inContext(async () => {
      begun.open()
      await go.wait()
      await where()
      leased.open()
      await assert.rejects(outside, QueueFullError)
    })
    await begun.wait()
    // One context is open, and the one thread is free.
    assert.notEqual(await inContext(() => where()), threadId)
    const outside = leased.wait().then(() => inContext(() => where()))
    go.open()
    await idle
  } finally {
    configure({ leased: { maxThreads: 8, maxQueue: 1000 } })
  }
})

test('row 74: a context that ends waits for the code that still runs, and the loop goes on', async () => {
  const [entered, release] = [new Latch(), new Latch()]
  let call
  let left = false
  const context = inContext(async () => {
    call = hold(entered.memory, release.memory)
    await entered.wait()
  }).then(() => {
    left = true
  })
  await whereOnPool()
  assert.equal(left, false)
  release.open()
  await context
  assert.notEqual(await call, threadId)
})

test('row 76: a context passes on what is returned and thrown, and is over afterwards', async () => {
  assert.equal(await inContext(() => 'value'), 'value')
  await assert.rejects(
    inContext(async () => {
      await where()
      throw new RangeError('body')
    }),
    new RangeError('body'),
  )
  assert.equal(ThreadSensitiveContext.current(), undefined)
})

test('row 77: below a blocked thread a context changes nothing, calls run on that thread', async () => {
  const { top, threads } = await contexts.contextBelow()
  assert.deepEqual(threads, [top, top])
  assert.deepEqual(contexts.contextBelowMain(), [threadId, threadId])
})

test('row 78: code that is not thread-sensitive ignores the context', async () => {
  await inContext(async () => {
    const pool = await whereOnPool()
    assert.equal(stats().threads.find(({ id }) => id === pool)?.role, 'pool')
  })
})

test('row 79: work that outlives its context runs on the shared thread', async () => {
  const go = new Latch()
  let task
  const leased = await inContext(async () => {
    task = go.wait().then(() => where())
    return where()
  })
  go.open()
  assert.equal(await task, await where())
  assert.notEqual(await task, leased)
})

test('row 80: one context object may run again, one after the other and inside itself', async () => {
  const context = new ThreadSensitiveContext()
  const runs = []
  for (const _ of [1, 2]) {
    await context.run(async () => {
      const thread = await where()
      await context.run(async () => assert.equal(await where(), thread))
      runs.push(thread)
    })
  }
  assert.ok(runs.every((thread) => thread !== threadId))
  assert.equal(ThreadSensitiveContext.current(), undefined)
})

test('row 81: contexts past the number of threads wait, and past the queue they are refused', async () => {
  configure({ leased: { maxThreads: 1, maxQueue: 1 } })
  try {
    const [entered, release] = [new Latch(), new Latch()]
    const first = inContext(() => hold(entered.memory, release.memory))
    const second = inContext(() => where())
    await assert.rejects(
      inContext(() => where()),
      QueueFullError,
    )
    release.open()
    assert.equal(await second, await first)
  } finally {
    configure({ leased: { maxThreads: 8, maxQueue: 1000 } })
  }
})
