/** Code that goes on after its context was aborted and has ended: docs/threads-and-order.md, 'Work that outlives its place'. */
import assert from 'node:assert/strict'
import { AsyncResource } from 'node:async_hooks'
import { describe, test } from 'node:test'
import { BlockedLoopError, CallTimeoutError, ThreadSensitiveContext } from '@syncbridge/core'
import {
  beginBackground,
  ofBackground,
  whereAwaitedOnLoop,
  whereByExecutor,
} from './fixtures/aborted-contexts.js'
import { hold, where, whereOnPool } from './fixtures/basic.js'
import { Latch } from './support/latch.js'

const gone = new Error('the client has left')
const timedOut = (error) => error instanceof CallTimeoutError

/** A context that is open until `end` is called. `inside` runs a function as code does that was begun in it. */
async function open(options, first = () => where()) {
  const [opened, release] = [new Latch(), new Latch()]
  let scope
  const run = new ThreadSensitiveContext(options).run(async () => {
    await first()
    scope = new AsyncResource('inside')
    opened.open()
    await release.wait()
  })
  await Promise.race([opened.wait(), run])
  const end = () => {
    release.open()
    return run
  }
  return { inside: (fn) => scope.runInAsyncScope(fn), end }
}

/** The same, aborted while no call of it was under way, and ended. */
async function abortedAndEnded(first) {
  const aborter = new AbortController()
  const context = await open({ signal: aborter.signal }, first)
  aborter.abort(gone)
  await context.end()
  return context
}

describe('the next call of a context that was aborted while nobody could be told, and has ended,', () => {
  for (const [kind, call] of [
    ['is awaited', () => where()],
    ['is awaited from the pool', () => whereOnPool()],
    ['is made by an executor of the user', () => whereByExecutor()],
    ['blocks', async () => whereAwaitedOnLoop()],
  ])
    test(`rejects with the reason where it ${kind}`, async () => {
      const { inside } = await abortedAndEnded()
      await inside(() => assert.rejects(call(), gone))
    })

  test('rejects once: later ones run on the shared thread', async () => {
    const shared = await where()
    const { inside } = await abortedAndEnded()
    await inside(async () => {
      const [first, second] = await Promise.allSettled([where(), where()])
      assert.equal(first.reason, gone)
      assert.equal(second.value, shared)
      assert.equal(await where(), shared)
      assert.throws(() => whereAwaitedOnLoop(), BlockedLoopError)
    })
  })

  test('rejects in code that goes on, as of a handler whose client has left', async () => {
    const aborter = new AbortController()
    const go = new Latch()
    let handler
    await new ThreadSensitiveContext({ signal: aborter.signal }).run(async () => {
      const left = new Promise((resolve) => aborter.signal.addEventListener('abort', resolve))
      handler = (async () => {
        await where()
        await go.wait()
        return where()
      })()
      await where()
      aborter.abort(gone)
      await left
    })
    go.open()
    await assert.rejects(handler, gone)
  })

  test('rejects in async code that a call of it has left running', async () => {
    const go = new Latch()
    await abortedAndEnded(() => beginBackground(go.memory))
    go.open()
    await assert.rejects(ofBackground(), gone)
  })

  test('rejects where its timeout passed', async () => {
    const { inside, end } = await open({ timeout: 500 })
    await inside(async () => {
      const { signal } = ThreadSensitiveContext.current()
      while (!signal.aborted) await new Promise(setImmediate)
    })
    await end()
    await inside(() => assert.rejects(where(), timedOut))
  })

  test('rejects where the abort itself ends the context, before that has heard of it', async () => {
    const aborter = new AbortController()
    let context
    // Before the context listens.
    const ended = new Promise((resolve) =>
      aborter.signal.addEventListener('abort', () => resolve(context.end())),
    )
    context = await openEntered(aborter.signal)
    aborter.abort(gone)
    await ended
    await context.inside(() => assert.rejects(where(), gone))
  })

  test('rejects where it is the first call of all', async () => {
    const { inside } = await abortedAndEnded(() => undefined)
    await inside(() => assert.rejects(where(), gone))
  })
})

/** A context that is entered, as adapters do: it ends at once. */
async function openEntered(signal) {
  await undefined
  const run = new ThreadSensitiveContext({ signal }).enter()
  await where()
  const scope = new AsyncResource('inside')
  return { inside: (fn) => scope.runInAsyncScope(fn), end: () => run.end() }
}

describe('a call of a context that has ended runs on the shared thread', () => {
  test('where the context was not aborted', async () => {
    const shared = await where()
    const aborter = new AbortController()
    const { inside, end } = await open({ signal: aborter.signal })
    await end()
    aborter.abort(gone)
    assert.equal(await inside(() => where()), shared)
  })

  test('where a call of it that was under way was told of the abort', async () => {
    const shared = await where()
    const aborter = new AbortController()
    const [entered, release] = [new Latch(), new Latch()]
    const { inside, end } = await open({ signal: aborter.signal })
    const held = inside(() => hold(entered.memory, release.memory))
    await entered.wait()
    aborter.abort(gone)
    await assert.rejects(held, gone)
    release.open()
    await end()
    assert.equal(await inside(() => where()), shared)
  })

  test('where the next call was told of the abort before the end', async () => {
    const shared = await where()
    const aborter = new AbortController()
    const { inside, end } = await open({ signal: aborter.signal })
    aborter.abort(gone)
    await inside(() => assert.rejects(where(), gone))
    await end()
    assert.equal(await inside(() => where()), shared)
  })

  test('where the call is made in another context, which has its own', async () => {
    const { inside } = await abortedAndEnded()
    await inside(() => new ThreadSensitiveContext().run(() => where()))
    await inside(() => assert.rejects(where(), gone))
  })
})
