import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, beforeEach, describe, test } from 'node:test'
import { shutdown, stats } from '@syncbridge/core'
import { syncbridge } from '@syncbridge/hono'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import * as streams from './fixtures/streams.js'
import { forbidUnhandledRejections } from './support/rejections.js'
import { listen } from './support/server.js'
import { until } from './support/until.js'

forbidUnhandledRejections()
after(() => shutdown({ timeout: 5_000 }))
beforeEach(streams.resetNotes)

/** Until a count has not changed for a while: that nothing more happens, no event tells. */
async function settled(count) {
  let last = -1
  while (count() !== last) {
    last = count()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return last
}

function catching() {
  const errors = []
  const app = new Hono()
  app.onError((error, c) => {
    errors.push(error)
    return 'getResponse' in error ? error.getResponse() : c.text(error.message, 500)
  })
  return { app, errors }
}

for (const [where, guard] of [
  ['on its own', () => {}],
  ['inside syncbridge()', (app) => app.use(syncbridge())],
]) {
  describe(`a generator ${where}`, () => {
    const make = (path, handler) => {
      const { app, errors } = catching()
      guard(app)
      app.get(path, handler)
      return { app, errors }
    }

    test('is streamed, item by item', async (t) => {
      const { app } = make('/:count', streams.lines)
      const response = await fetch(`${await listen(t, app)}/1000`)
      const expected = Array.from({ length: 1000 }, (_, index) => `${index + 1}\n`).join('')

      assert.equal(response.headers.get('content-type'), 'text/plain; charset=UTF-8')
      assert.equal(await response.text(), expected)
    })

    test('runs on a thread, and on one only', async () => {
      const { app } = make('/', streams.threads)
      const [first, second] = (await (await app.request('/')).text()).split('\n')

      assert.notEqual(first, '0')
      assert.equal(second, first)
    })

    test('may begin with status and headers, and mix strings and bytes', async () => {
      const response = await make('/', streams.csv).app.request('/')

      assert.equal(response.status, 201)
      assert.equal(response.headers.get('content-type'), 'text/csv')
      assert.equal(response.headers.get('x-kind'), 'csv')
      assert.equal(await response.text(), 'a,b\n1,2\n')
    })

    test('of bytes is an octet stream', async () => {
      const response = await make('/', streams.bytes).app.request('/')

      assert.equal(response.headers.get('content-type'), 'application/octet-stream')
      assert.deepEqual(new Uint8Array(await response.arrayBuffer()), Uint8Array.of(1, 2, 3))
    })

    test('that yields nothing has an empty body', async (t) => {
      const url = await listen(t, make('/', streams.nothing).app)
      const headed = await make('/', streams.headOnly).app.request('/')

      assert.equal(await (await fetch(url)).text(), '')
      assert.deepEqual([headed.status, await headed.text()], [202, ''])
    })

    test('of a module named by its URL is streamed, too', async () => {
      const response = await make('/:from', streams.byUrl).app.request('/3')

      assert.equal(await response.text(), '3\n2\n1\n')
    })

    test('that fails before its first chunk is an error like any other', async () => {
      const { app, errors } = make('/', streams.failsAtOnce)
      const response = await app.request('/')

      assert.deepEqual([response.status, await response.text()], [500, 'nothing to show'])
      assert.equal(errors.length, 1)
      assert.ok(errors[0] instanceof RangeError)
      assert.equal((await make('/', streams.late).app.request('/')).status, 504)
    })

    test('that fails later breaks the body off', async () => {
      const failing = await make('/', streams.failsLater).app.request('/')
      const objects = await make('/', streams.yieldsObjects).app.request('/')

      await assert.rejects(failing.text(), /no more/)
      await assert.rejects(
        objects.text(),
        /yielded object; the chunks of a body are strings or bytes/,
      )
    })

    test('makes no more than a client takes, and ends with the client', async (t) => {
      const { app } = make('/', streams.endless)
      const url = new URL(await listen(t, app))
      const socket = connect(Number(url.port), url.hostname)
      await once(socket, 'connect')
      socket.write(`GET / HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`)
      await once(socket, 'readable')

      // What fits into the buffers of both sides, and no more: 100 KB each.
      const before = await settled(streams.made)
      assert.ok(
        before < 200,
        `${before} chunks of 100 KB were made for a client that reads nothing`,
      )
      assert.equal(streams.finallyRun(), 0)
      socket.destroy()

      await until(() => streams.finallyRun() === 1, 'the generator did not end')
      await until(() => streams.exited() === 1, 'the context did not end')
      assert.ok(streams.made() <= before + 3)
      await until(() => stats().threads.every(({ state }) => state === 'idle'), 'a thread is busy')
      assert.equal(stats().contexts, 0)
    })

    test('ends when the body is cancelled, and for HEAD', async (t) => {
      const { app } = make('/', streams.endless)
      const response = await app.request('/')
      const reader = response.body.getReader()
      await reader.read()
      await reader.cancel()

      await until(() => streams.finallyRun() === 1, 'the generator did not end')
      const head = await fetch(await listen(t, app), { method: 'HEAD' })
      assert.equal(head.status, 200)
      await until(() => streams.finallyRun() === 2, 'the generator did not end')
      await until(() => stats().contexts === 0, 'a context is open')
    })

    test('goes through compress()', async (t) => {
      const { app } = catching()
      app.use(compress())
      guard(app)
      app.get('/:count', streams.lines)

      const response = await fetch(`${await listen(t, app)}/5000`)

      assert.match(await response.text(), /^1\n2\n.*\n5000\n$/s)
    })
  })
}
