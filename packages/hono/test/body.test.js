import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { after, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { shutdown, ThreadSensitiveContext } from '@syncbridge/core'
import { syncbridge } from '@syncbridge/hono'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { etag } from 'hono/etag'
import { stream, streamSSE } from 'hono/streaming'
import { noteExit, thread } from './fixtures/desk.js'
import { isOpen, latch, opened, signal } from './support/latch.js'
import { skipOn } from './support/on-runtime.js'
import { forbidUnhandledRejections } from './support/rejections.js'
import { listen, listenByNode } from './support/server.js'

forbidUnhandledRejections()
after(() => shutdown({ timeout: 5_000 }))

const encoder = new TextEncoder()
const decoder = new TextDecoder()

function appWith(handler, ...before) {
  const app = new Hono()
  app.use(...before, syncbridge())
  app.get('/', handler)
  return app
}

async function readChunk(reader) {
  const { value, done } = await reader.read()
  return done ? undefined : decoder.decode(value)
}

/** The thread of each chunk, and a latch before the last one: by a helper of Hono, and as a stream that is pulled. */
const producers = {
  'streamSSE()': ({ exited, last }) =>
    appWith((c) =>
      streamSSE(c, async (events) => {
        await events.writeSSE({ data: String(await noteExit(exited)) })
        await last.promise
        await events.writeSSE({ data: String(await thread()) })
      }),
    ),
  'a ReadableStream that is pulled': ({ exited, last }) =>
    appWith((c) => {
      let count = 0
      const body = new ReadableStream(
        {
          async pull(controller) {
            count += 1
            if (count === 1) {
              controller.enqueue(encoder.encode(`data: ${await noteExit(exited)}\n\n`))
            } else if (count === 2) {
              await last.promise
              controller.enqueue(encoder.encode(`data: ${await thread()}\n\n`))
            } else {
              controller.close()
            }
          },
        },
        { highWaterMark: 0 },
      )
      return c.body(body)
    }),
}

for (const [name, make] of Object.entries(producers)) {
  for (const [where, connect] of [
    ['over a socket', async (t, app) => fetch(await listen(t, app))],
    ['by app.request()', (_t, app) => app.request('/')],
  ]) {
    test(`${name} is produced inside the context, which ends after its last chunk ${where}`, async (t) => {
      const exited = latch()
      const last = signal()
      const response = await connect(t, make({ exited, last }))
      const reader = response.body.getReader()

      const first = await readChunk(reader)
      assert.equal(isOpen(exited), false)
      last.resolve()
      const second = await readChunk(reader)
      assert.match(second, /^data: [1-9]\d*\n\n$/)
      assert.equal(second, first)
      assert.equal(await readChunk(reader), undefined)
      await opened(exited)
    })
  }
}

describe('the context ends', () => {
  test('when the consumer cancels the body, as it is when the client leaves', async () => {
    const exited = latch()
    const cancelled = signal()
    let aborted
    const app = appWith(async (c) => {
      aborted = c.var.syncbridge.signal
      await noteExit(exited)
      const body = new ReadableStream({
        pull: (controller) => controller.enqueue(encoder.encode('more')),
        cancel: cancelled.resolve,
      })
      return c.body(body)
    })

    const response = await app.request('/')
    await response.body.cancel('enough')

    assert.equal(await cancelled.promise, 'enough')
    await opened(exited)
    assert.equal(aborted.reason.name, 'AbortError')
  })

  test('when the body fails, and the consumer gets the error', async () => {
    const exited = latch()
    const app = appWith(async (c) => {
      await noteExit(exited)
      const body = new ReadableStream({
        pull: () => Promise.reject(new Error('the source ran dry')),
      })
      return c.body(body)
    })

    const response = await app.request('/')

    await assert.rejects(response.text(), { message: 'the source ran dry' })
    await opened(exited)
  })

  test('although nobody reads a body that is complete', async () => {
    const exited = latch()
    const app = appWith(async (c) => {
      await noteExit(exited)
      return c.json({ unread: true })
    })

    await app.request('/')

    await opened(exited)
  })

  for (const [name, handler] of [
    ['no body', (c) => c.body(null, 204)],
    ['a redirect', (c) => c.redirect('/elsewhere')],
  ]) {
    test(`for a response with ${name}`, async (t) => {
      const exited = latch()
      const app = appWith(async (c) => {
        await noteExit(exited)
        return handler(c)
      })

      const response = await fetch(await listen(t, app), { redirect: 'manual' })

      assert.equal(await response.text(), '')
      await opened(exited)
    })
  }

  test('for HEAD, whose body nobody will read', async (t) => {
    const exited = latch()
    const app = appWith(async (c) => {
      await noteExit(exited)
      return stream(c, async (out) => {
        await out.write('never sent')
      })
    })

    const response = await fetch(await listen(t, app), { method: 'HEAD' })

    assert.equal(response.status, 200)
    await opened(exited)
  })

  const silent = skipOn('bun', 'Bun’s own server does not tell when a response has been sent')
  test('when an outer middleware has dropped the body', { skip: silent }, async (t) => {
    const exited = latch()
    const drop = async (c, next) => {
      await next()
      c.res = undefined
      c.res = new Response(null, { status: 304 })
    }
    const app = appWith(async (c) => {
      await noteExit(exited)
      return c.body(new ReadableStream({ pull: (body) => body.enqueue(encoder.encode('more')) }))
    }, drop)

    const response = await fetch(await listen(t, app))

    assert.equal(response.status, 304)
    await opened(exited)
  })

  test('when a response that the handler writes to the socket itself has ended', async (t) => {
    const exited = latch()
    const last = signal()
    let aborted
    const app = appWith(async (c) => {
      await noteExit(exited)
      const { outgoing } = c.env
      outgoing.writeHead(200).write('first')
      last.promise.then(() => outgoing.end('last'))
      aborted = c.var.syncbridge.signal
      return RESPONSE_ALREADY_SENT
    })

    const response = await fetch(await listenByNode(t, app))
    const reader = response.body.getReader()
    assert.equal(await readChunk(reader), 'first')
    assert.equal(isOpen(exited), false)
    last.resolve()
    assert.equal(await readChunk(reader), 'last')
    await opened(exited)
    assert.equal(aborted.aborted, false)
  })
})

describe('a response keeps', () => {
  test('its status, headers, cookies and bytes', async (t) => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251)
    const app = appWith((c) => {
      c.header('Set-Cookie', 'a=1', { append: true })
      c.header('Set-Cookie', 'b=2', { append: true })
      c.header('X-Kind', 'bytes')
      return c.body(new Blob([bytes]).stream(), 201)
    })

    const response = await fetch(await listen(t, app))

    assert.equal(response.status, 201)
    assert.equal(response.headers.get('x-kind'), 'bytes')
    assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2'])
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes)
  })

  test('what came from fetch(), whose headers are immutable', async (t) => {
    const upstream = createServer((_req, res) => {
      res.writeHead(202, { 'X-Upstream': 'yes' }).end('from upstream')
    }).listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    t.after(() => upstream.close())
    const app = appWith(() => fetch(`http://127.0.0.1:${upstream.address().port}`))

    const response = await fetch(await listen(t, app), { headers: { connection: 'close' } })

    assert.equal(response.status, 202)
    assert.equal(response.headers.get('x-upstream'), 'yes')
    assert.equal(await response.text(), 'from upstream')
  })

  test('what compress() and etag() around it add', async (t) => {
    const app = appWith((c) => c.html('all the same '.repeat(500)), compress(), etag())

    // Not by fetch(), which on Bun hides how a body was encoded.
    const request = get(await listen(t, app), { headers: { 'accept-encoding': 'gzip' } })
    const [response] = await once(request, 'response')
    const chunks = []
    for await (const chunk of response) chunks.push(chunk)

    assert.equal(response.headers['content-encoding'], 'gzip')
    assert.ok(response.headers.etag)
    assert.equal(gunzipSync(Buffer.concat(chunks)).toString(), 'all the same '.repeat(500))
  })
})

test('a text response goes to the socket as a text, whose type and length are told', async (t) => {
  const app = appWith((c) => c.text(`inside: ${Boolean(ThreadSensitiveContext.current())}`))

  const response = await fetch(await listen(t, app))

  assert.equal(await response.text(), 'inside: true')
  assert.match(response.headers.get('content-type'), /^text\/plain; ?charset=utf-8$/i)
  assert.equal(response.headers.get('content-length'), '12')
  assert.equal(response.headers.get('transfer-encoding'), null)
})
