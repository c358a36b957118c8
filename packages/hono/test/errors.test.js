import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CallTimeoutError,
  ClosedError,
  configure,
  QueueFullError,
  SyncBridgeError,
  shutdown,
  ThreadExitedError,
} from '@syncbridge/core'
import { syncbridge } from '@syncbridge/hono'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { counter, leave, thread, waitFor } from './fixtures/desk.js'
import { latch, open, opened } from './support/latch.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()
before(() => configure({ leased: { leaseTimeout: 50, maxThreads: 1 } }))
after(() => shutdown({ timeout: 5_000 }))

/** An app with a route for each way a call fails, and what its `onError` was given. */
function failingApp(options) {
  const started = latch()
  const done = latch()
  const seen = []
  const app = new Hono()
  app.onError((error, c) => {
    seen.push(error)
    return error instanceof HTTPException ? error.getResponse() : c.text('unexpected', 500)
  })
  app.use(syncbridge(options))
  app.get('/', async (c) => c.json(await thread()))
  app.get('/hold', async (c) => c.json(await waitFor(started, done)))
  app.get('/late', async (c) => c.json(await waitFor.with({ timeout: 30 })(started, done)))
  app.get('/leave', async (c) => c.json(await leave(3)))
  return { app, done, seen, started }
}

async function refused(options) {
  const { app, done, seen, started } = failingApp(options)
  const holding = app.request('/hold')
  await opened(started)
  const response = await app.request('/')
  open(done)
  assert.equal((await holding).status, 200)
  return { response, seen }
}

describe('an error of the bridge reaches app.onError once, as an HTTPException', () => {
  test('503 with Retry-After when no thread becomes free', async () => {
    const { response, seen } = await refused()

    assert.equal(response.status, 503)
    assert.match(response.headers.get('retry-after'), /^\d+$/)
    assert.equal(await response.text(), 'Service Unavailable')
    assert.equal(seen.length, 1)
    assert.ok(seen[0] instanceof HTTPException)
    assert.ok(seen[0].cause instanceof QueueFullError)
    assert.equal(seen[0].message, seen[0].cause.message)
    assert.ok(seen[0].cause.stack)
  })

  test('503 with Retry-After once the bridge has been shut down, and for a call that this has ended', async (t) => {
    const { app, done, seen, started } = failingApp()
    t.after(() => configure({}))
    const holding = app.request('/hold')
    await opened(started)
    const closing = shutdown({ timeout: 20 })

    const responses = [await app.request('/'), await holding]
    open(done)
    await closing
    responses.push(await app.request('/'))

    assert.equal(seen.length, 3)
    for (const [index, response] of responses.entries()) {
      assert.equal(response.status, 503)
      assert.match(response.headers.get('retry-after'), /^\d+$/)
      assert.ok(seen[index] instanceof HTTPException)
      assert.ok(seen[index].cause instanceof ClosedError)
    }
  })

  test('but stays what it is where the app calls a function that was released', async () => {
    const { app, seen } = failingApp()
    let count
    app.get('/count', async (c) => {
      count ??= await counter()
      return c.json(await count())
    })

    assert.equal((await app.request('/count')).status, 200)
    assert.equal((await app.request('/count')).status, 500)
    assert.ok(seen[0] instanceof ClosedError)
    assert.equal(seen[0].closed, 'function')
  })

  test('504 when a call timed out', async () => {
    const { app, done, seen } = failingApp()

    const response = await app.request('/late')
    open(done)

    assert.equal(response.status, 504)
    assert.equal(await response.text(), 'Gateway Timeout')
    assert.equal(seen.length, 1)
    assert.ok(seen[0].cause instanceof CallTimeoutError)
  })

  test('504 when the timeout of the middleware passed', async () => {
    const { app, done, seen } = failingApp({ timeout: 30 })

    const response = await app.request('/hold')
    open(done)

    assert.equal(response.status, 504)
    assert.ok(seen[0] instanceof HTTPException)
    assert.equal(seen[0].status, 504)
  })

  test('504 when the timeout of the middleware passed between two calls', async () => {
    const { app, seen } = failingApp({ timeout: 30 })
    app.get('/between', async (c) => {
      const { signal } = c.var.syncbridge
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return c.json(await thread())
    })

    assert.equal((await app.request('/between')).status, 504)
    assert.ok(seen[0].cause instanceof CallTimeoutError)
  })

  test('500 when the thread exited, and the next request is served', async () => {
    const { app, seen } = failingApp()

    const response = await app.request('/leave')

    assert.equal(response.status, 500)
    assert.equal(seen.length, 1)
    assert.ok(seen[0] instanceof HTTPException)
    assert.ok(seen[0].cause instanceof ThreadExitedError)
    assert.equal(seen[0].cause.exitCode, 3)
    assert.equal((await app.request('/')).status, 200)
  })

  test('without an onError, by the default of Hono', async (t) => {
    const log = t.mock.method(console, 'error', () => {})
    const app = new Hono()
    app.use(syncbridge())
    app.get('/', async (c) => c.json(await leave(4)))

    assert.equal((await app.request('/')).status, 500)
    assert.equal(log.mock.callCount(), 0)
  })

  test('in the onError of the sub-app that it happened in', async () => {
    const seen = []
    const sub = new Hono()
    sub.onError((error) => {
      seen.push(error)
      return new Response('by the sub-app', { status: error.status })
    })
    sub.get('/', async (c) => c.json(await leave(5)))
    const app = new Hono()
    app.use(syncbridge())
    app.route('/sub', sub)

    const response = await app.request('/sub')

    assert.equal(await response.text(), 'by the sub-app')
    assert.ok(seen[0] instanceof HTTPException)
  })

  test('and middleware between sees its next() return, with c.error set', async () => {
    const seen = []
    const app = new Hono()
    app.onError((error) => error.getResponse())
    app.use(syncbridge())
    app.use(async (c, next) => {
      await next()
      seen.push(c.error)
    })
    app.get('/', async (c) => c.json(await leave(6)))

    assert.equal((await app.request('/')).status, 500)
    assert.ok(seen[0] instanceof HTTPException)
  })
})

describe('the onError option', () => {
  test('replaces the exception', async () => {
    const onError = (error) => new HTTPException(429, { cause: error, message: 'later' })
    const { response, seen } = await refused({ onError })

    assert.equal(response.status, 429)
    assert.equal(await response.text(), 'later')
    assert.ok(seen[0].cause instanceof QueueFullError)
  })

  test('may answer with a response', async () => {
    const { response, seen } = await refused({
      onError: (error, c) => c.json({ code: error.code }, 503, { 'Retry-After': '7' }),
    })

    assert.equal(response.status, 503)
    assert.equal(response.headers.get('retry-after'), '7')
    assert.deepEqual(await response.json(), { code: 'SYNCBRIDGE_QUEUE_FULL' })
    assert.ok(seen[0] instanceof HTTPException)
  })

  test('leaves the error as it is when it returns nothing', async () => {
    const { response, seen } = await refused({ onError: () => undefined })

    assert.equal(response.status, 500)
    assert.ok(seen[0] instanceof QueueFullError)
  })
})

test("errors that are not the bridge's stay as they are", async () => {
  const thrown = new RangeError('of my own')
  const seen = []
  const app = new Hono()
  app.onError((error, c) => {
    seen.push(error)
    return c.text('mine', 500)
  })
  app.use(syncbridge())
  app.get('/', async () => {
    await thread()
    throw thrown
  })

  assert.equal((await app.request('/')).status, 500)
  assert.equal(seen[0], thrown)
  assert.equal(seen[0] instanceof SyncBridgeError, false)
})

test('a handler can catch an error of the bridge itself', async () => {
  const app = new Hono()
  app.use(syncbridge())
  app.get('/', async (c) => {
    const error = await leave(7).catch((reason) => reason)
    return c.json(error instanceof ThreadExitedError && error.exitCode)
  })

  assert.equal(await (await app.request('/')).json(), 7)
})

test('an error thrown on the main thread by the handler after the calls ends the context', async () => {
  const app = new Hono()
  app.onError((_error, c) => c.text('failed', 500))
  app.use(syncbridge())
  app.get('/', async () => {
    await thread()
    throw new Error('after the call')
  })

  // With one thread to lease, the second request is served only if the first has given it back.
  assert.equal((await app.request('/')).status, 500)
  assert.equal((await app.request('/')).status, 500)
})
