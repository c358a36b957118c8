import assert from 'node:assert/strict'
import { connect, createServer } from 'node:http2'
import { after, describe, test } from 'node:test'
import { shutdown } from '@syncbridge/core'
import { syncbridge } from '@syncbridge/hono'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { timeout } from 'hono/timeout'
import { noteExit, thread, waitFor } from './fixtures/desk.js'
import { isOpen, latch, open, opened, signal } from './support/latch.js'
import { skipOn } from './support/on-runtime.js'
import { forbidUnhandledRejections } from './support/rejections.js'
import { listen, listenByNode } from './support/server.js'

forbidUnhandledRejections()
after(() => shutdown({ timeout: 5_000 }))

/** Resolves with the reason of the abort. */
function aborted(target) {
  return new Promise((resolve) => {
    if (target.aborted) resolve(target.reason)
    target.addEventListener('abort', () => resolve(target.reason))
  })
}

/** An app whose route waits, on the main thread, for the test to release it. */
function slowApp() {
  const app = new Hono()
  const reached = signal()
  const release = signal()
  const outcome = signal()
  app.use(syncbridge())
  app.get('/', async (c) => {
    reached.resolve(c.var.syncbridge.signal)
    await release.promise
    outcome.resolve(await thread().catch(({ name }) => name))
    return c.text('late')
  })
  return {
    app,
    outcome: outcome.promise,
    reached: reached.promise,
    release: release.resolve,
  }
}

describe('a client that disconnects', () => {
  for (const [by, serve] of [
    ['the runtime’s own server', listen],
    ['@hono/node-server', listenByNode],
  ])
    test(`over HTTP/1.1 aborts the signal, and the next call (${by})`, async (t) => {
      const { app, outcome, reached, release } = slowApp()
      const client = new AbortController()
      const answer = fetch(await serve(t, app), { signal: client.signal }).catch(({ name }) => name)
      const requestSignal = await reached

      client.abort()

      assert.equal((await aborted(requestSignal)).name, 'AbortError')
      assert.equal(await answer, 'AbortError')
      release()
      assert.equal(await outcome, 'AbortError')
    })

  test('over HTTP/2 aborts the signal, and the next call', async (t) => {
    const { app, outcome, reached, release } = slowApp()
    const session = connect(await listenByNode(t, app, { createServer }))
    t.after(() => session.destroy())
    const request = session.request({ ':path': '/' })
    const requestSignal = await reached

    request.close()

    assert.equal((await aborted(requestSignal)).name, 'AbortError')
    release()
    assert.equal(await outcome, 'AbortError')
  })

  test('where the server gives only a request signal aborts both too', async () => {
    const { app, outcome, reached, release } = slowApp()
    const client = new AbortController()
    const answer = app.request('/', { signal: client.signal })
    const requestSignal = await reached

    client.abort()

    assert.equal((await aborted(requestSignal)).name, 'AbortError')
    release()
    assert.equal(await outcome, 'AbortError')
    assert.equal(await (await answer).text(), 'late')
  })

  test('while its blocking call runs leaves the thread to that call only', async (t) => {
    const started = latch()
    const done = latch()
    const exited = latch()
    const failed = signal()
    const app = new Hono()
    app.onError((error, c) => {
      failed.resolve(error)
      return c.text('nobody reads this', 500)
    })
    app.use(syncbridge())
    app.get('/block', async (c) => {
      await noteExit(exited)
      return c.json(await waitFor(started, done))
    })
    app.get('/', async (c) => c.json(await thread()))
    const url = await listen(t, app)
    const client = new AbortController()
    const answer = fetch(`${url}/block`, { signal: client.signal }).catch(({ name }) => name)
    await opened(started)

    client.abort()

    assert.equal(await answer, 'AbortError')
    assert.equal((await failed.promise).name, 'AbortError')
    assert.equal((await fetch(url)).status, 200)
    assert.equal(isOpen(exited), false)
    open(done)
    await opened(exited)
    assert.equal((await fetch(url)).status, 200)
  })

  test('in the middle of a stream aborts the signal and ends the context', async (t) => {
    const exited = latch()
    const requestSignal = signal()
    const app = new Hono()
    app.use(syncbridge())
    app.get('/', (c) => {
      requestSignal.resolve(c.var.syncbridge.signal)
      return streamSSE(c, async (events) => {
        await noteExit(exited)
        while (!events.aborted) await events.writeSSE({ data: 'x'.repeat(10_000) })
      })
    })
    const client = new AbortController()
    const response = await fetch(await listen(t, app), { signal: client.signal })
    await response.body.getReader().read()

    client.abort()

    assert.equal((await aborted(await requestSignal.promise)).name, 'AbortError')
    await opened(exited)
  })
})

test('a client that leaves during a call is nothing that Hono’s own error handler would log', async (t) => {
  const [started, done, exited] = [latch(), latch(), latch()]
  const app = new Hono()
  app.use(syncbridge())
  app.get('/', async (c) => {
    await noteExit(exited)
    return c.json(await waitFor(started, done))
  })
  const log = t.mock.method(console, 'error', () => {})
  const client = new AbortController()
  const answer = fetch(await listen(t, app), { signal: client.signal }).catch(({ name }) => name)
  await opened(started)

  client.abort()

  assert.equal(await answer, 'AbortError')
  open(done)
  await opened(exited)
  assert.deepEqual(
    log.mock.calls.map((call) => call.arguments),
    [],
  )
})

test('a client that stays never sees its signal abort, over HTTP/1.1 and HTTP/2', async (t) => {
  const signals = []
  const exits = []
  const app = new Hono()
  app.use(syncbridge())
  app.get('/', async (c) => {
    const exited = latch()
    exits.push(exited)
    signals.push(c.var.syncbridge.signal)
    await noteExit(exited)
    return c.body(new Blob(['streamed']).stream())
  })
  await (await fetch(await listen(t, app))).text()
  const session = connect(await listenByNode(t, app, { createServer }))
  t.after(() => session.destroy())
  const request = session.request({ ':path': '/' })
  for await (const _ of request);

  await Promise.all(exits.map(opened))
  assert.equal(exits.length, 2)
  assert.deepEqual(
    signals.map((each) => each.aborted),
    [false, false],
  )
})

const silent = skipOn('bun', 'Bun’s own server does not tell when a response has been sent')
test('a handler that an outer timeout() has answered for sees its signal abort', {
  skip: silent,
}, async (t) => {
  const { app: inner, outcome, reached, release } = slowApp()
  const app = new Hono()
  app.use(timeout(50))
  app.route('/', inner)

  const response = await fetch(await listen(t, app))

  assert.equal(response.status, 504)
  assert.equal((await aborted(await reached)).name, 'AbortError')
  release()
  assert.equal(await outcome, 'AbortError')
})
