import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:http2'
import { after, describe, test } from 'node:test'
import { httpInstrumentationMiddleware } from '@hono/otel'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { shutdown, ThreadSensitiveContext } from '@syncbridge/core'
import { syncbridge } from '@syncbridge/hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { compress } from 'hono/compress'
import { contextStorage, getContext } from 'hono/context-storage'
import { timeout } from 'hono/timeout'
import { thread } from './fixtures/desk.js'
import * as routes from './fixtures/routes.js'
import { forbidUnhandledRejections } from './support/rejections.js'
import { listen, listenByNode } from './support/server.js'

forbidUnhandledRejections()
after(() => shutdown({ timeout: 5_000 }))

test('@hono/otel around syncbridge() sees the response that the bridge’s error became', async () => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const app = new Hono()
  app.use(httpInstrumentationMiddleware({ tracerProvider: provider }))
  app.use(syncbridge())
  app.get('/thread', async (c) => c.json(await thread()))
  app.get('/where', routes.where)
  app.get('/late', routes.impatient)

  assert.equal((await app.request('/thread')).status, 200)
  assert.equal((await app.request('/where')).status, 200)
  assert.equal((await app.request('/late')).status, 504)

  const seen = exporter
    .getFinishedSpans()
    .map(({ attributes }) => [attributes['http.route'], attributes['http.response.status_code']])
  assert.deepEqual(seen, [
    ['/thread', 200],
    ['/where', 200],
    ['/late', 504],
  ])
})

test('everything at once: contextStorage(), timeout(), compress() and bodyLimit() around a sync route', async (t) => {
  const app = new Hono()
  app.use(contextStorage(), timeout(20_000), compress(), bodyLimit({ maxSize: 100 }), syncbridge())
  app.use(async (c, next) => {
    await next()
    c.header('X-Same', String(getContext().var.syncbridge === c.var.syncbridge))
  })
  app.post('/:id', routes.echo)
  const url = await listen(t, app)
  const post = (body) =>
    fetch(`${url}/7`, { method: 'POST', body, headers: { 'Content-Type': 'text/plain' } })

  const response = await post('hello')

  assert.equal(response.headers.get('x-same'), 'true')
  assert.equal((await response.json()).body, 'hello')
  assert.equal((await post('x'.repeat(101))).status, 413)
})

test('an outer timeout() answers for a sync route that is late', async () => {
  const app = new Hono()
  app.use(timeout(20), syncbridge())
  app.get('/:started/:release', routes.held)

  assert.equal((await app.request('/8/9')).status, 504)

  Atomics.store(routes.sharedCells(), 9, 1)
  Atomics.notify(routes.sharedCells(), 9)
})

describe('a sync route', () => {
  for (const [way, attach] of [
    ['a sub-app by route()', (app, sub) => app.route('/sub', sub)],
    ['a mounted app', (app, sub) => app.mount('/sub', sub.fetch)],
    ['a base path', (app) => app.basePath('/sub').get('/where', routes.where)],
  ]) {
    test(`of ${way} runs on the request’s thread`, async () => {
      const sub = new Hono()
      sub.get('/where', routes.where)
      const app = new Hono()
      let outer
      app.use(syncbridge(), async (_c, next) => {
        outer = await thread()
        await next()
      })
      attach(app, sub)

      assert.equal((await (await app.request('/sub/where')).json()).thread, outer)
    })
  }

  test('gets the parameters of its own route, also behind middleware with others', async () => {
    const app = new Hono()
    app.use('/:whole/*', async (_c, next) => next())
    app.get('/items/:id', routes.echo)
    const { params } = await (await app.request('/items/7')).json()
    assert.deepEqual(params, { id: '7' })
  })
})

describe('over HTTP/2', () => {
  async function send(session, headers, body) {
    const request = session.request(headers)
    request.end(body)
    const [response] = await once(request, 'response')
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    return { status: response[':status'], body: Buffer.concat(chunks).toString() }
  }

  test('sync routes, their bodies and limits, and streams work as over HTTP/1.1', async (t) => {
    const app = new Hono()
    app.use(syncbridge())
    app.post('/echo/:id', routes.echo)
    app.post('/small', routes.small)
    // Not by streamSSE(), whose `Transfer-Encoding` @hono/node-server can't send over HTTP/2, with or without the bridge.
    app.get('/events', (c) => {
      let left = 3
      const body = new ReadableStream({
        async pull(events) {
          if (left === 0) return events.close()
          left -= 1
          events.enqueue(new TextEncoder().encode(`${await thread()}\n`))
        },
      })
      return c.body(body)
    })
    const session = connect(await listenByNode(t, app, { createServer }))
    t.after(() => session.destroy())
    const post = (path) => ({
      ':path': path,
      ':method': 'POST',
      'content-type': 'text/plain',
    })

    const [echoed, refused, events] = await Promise.all([
      send(session, post('/echo/7'), 'hello'),
      send(session, post('/small'), 'much too long'),
      send(session, { ':path': '/events' }),
    ])

    const { params, body } = JSON.parse(echoed.body)
    assert.deepEqual([params, body], [{ id: '7' }, 'hello'])
    assert.equal(refused.status, 413)
    const threads = events.body.match(/\d+/g)
    assert.equal(threads.length, 3)
    assert.equal(new Set(threads).size, 1)
    assert.equal((await send(session, post('/small'), 'short')).body, 'short')
  })
})

test('a context that the app opens itself is the request’s', async () => {
  const app = new Hono()
  app.use(syncbridge())
  app.get('/', async (c) => {
    const { context } = c.var.syncbridge
    return c.json([context === ThreadSensitiveContext.current(), await thread(), await thread()])
  })

  const [isOuter, first, second] = await new ThreadSensitiveContext().run(async () => {
    await thread()
    return (await app.request('/')).json()
  })

  assert.equal(isOuter, true)
  assert.equal(first, second)
})
