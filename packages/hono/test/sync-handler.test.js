import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { createRequire } from 'node:module'
import { after, describe, test } from 'node:test'
import { zValidator } from '@hono/zod-validator'
import { CallTimeoutError, configure, RegistrationError, shutdown, stats } from '@syncbridge/core'
import { syncbridge, syncHandler } from '@syncbridge/hono'
import { Hono } from 'hono'
import { hc } from 'hono/client'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { request as local, thread } from './fixtures/desk.js'
import * as routes from './fixtures/routes.js'
import { forbidUnhandledRejections } from './support/rejections.js'
import { listen } from './support/server.js'

forbidUnhandledRejections()
after(() => shutdown({ timeout: 5_000 }))

const leased = () => stats().threads.filter(({ role }) => role === 'leased')

/** Resolves when a thread has opened the cell. */
async function cellOpened(index) {
  const alive = setTimeout(() => {}, 20_000)
  await Atomics.waitAsync(routes.sharedCells(), index, 0, 20_000).value
  clearTimeout(alive)
  assert.equal(Atomics.load(routes.sharedCells(), index), 1)
}

function openCell(index) {
  Atomics.store(routes.sharedCells(), index, 1)
  Atomics.notify(routes.sharedCells(), index)
}

/** An app that keeps what `app.onError` was given. */
function catching(app = new Hono()) {
  const errors = []
  app.onError((error, c) => {
    errors.push(error)
    return error instanceof HTTPException ? error.getResponse() : c.text(error.message, 500)
  })
  return { app, errors }
}

describe('a synchronous route', () => {
  const app = new Hono()
  app.all('/echo/:id', routes.echo)
  app.get('/result/:kind', routes.result)

  test('gets a plain request, on a thread', async () => {
    const response = await app.request('/echo/7%2F8?page=2&tag=a&tag=b', {
      headers: { Accept: 'text/csv', 'X-Trace': 'abc' },
    })

    const { thread: where, ...request } = await response.json()
    assert.notEqual(where, 0)
    assert.deepEqual(request, {
      method: 'GET',
      url: 'http://localhost/echo/7%2F8?page=2&tag=a&tag=b',
      headers: { accept: 'text/csv', 'x-trace': 'abc' },
      params: { id: '7/8' },
      query: { page: '2', tag: 'a' },
      queries: { page: ['2'], tag: ['a', 'b'] },
      valid: {},
    })
  })

  for (const [kind, status, type, body] of [
    ['text', 200, 'text/plain; charset=UTF-8', 'plain'],
    ['empty', 200, 'text/plain; charset=UTF-8', ''],
    ['bytes', 200, 'application/octet-stream', Uint8Array.of(1, 2, 255)],
    ['buffer', 200, 'application/octet-stream', Uint8Array.of(3, 4)],
    ['json', 200, 'application/json', '{"list":[1,"two",null],"at":"1970-01-01T00:00:00.000Z"}'],
    ['number', 200, 'application/json', '42'],
    ['null', 200, 'application/json', 'null'],
    ['nothing', 204, null, ''],
    ['full', 201, 'application/json', '{"made":true}'],
    ['html', 200, 'text/html', '<p>'],
    ['headOnly', 202, null, ''],
    ['noContent', 204, 'text/plain; charset=UTF-8', ''],
    ['statusText', 200, 'application/json', '{"status":"paid"}'],
    ['statusAndMore', 200, 'application/json', '{"status":7,"name":"seven"}'],
  ]) {
    test(`answers by what it returns: ${kind}`, async () => {
      const response = await app.request(`/result/${kind}`)

      assert.equal(response.status, status)
      assert.equal(response.headers.get('content-type'), type)
      const bytes = new Uint8Array(await response.arrayBuffer())
      assert.deepEqual(typeof body === 'string' ? new TextDecoder().decode(bytes) : bytes, body)
      if (kind === 'full') {
        assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2'])
        assert.equal(response.headers.get('x-kind'), 'full')
      }
    })
  }

  test('keeps headers that a middleware has set, and overrides those it sets itself', async () => {
    const outer = new Hono()
    outer.use(async (c, next) => {
      c.header('X-Kind', 'outer')
      c.header('X-Outer', 'yes')
      await next()
    })
    outer.get('/:kind', routes.result)

    const { headers } = await outer.request('/full')

    assert.equal(headers.get('x-kind'), 'full')
    assert.equal(headers.get('x-outer'), 'yes')
  })

  test('answers HEAD without a body', async (t) => {
    const response = await fetch(`${await listen(t, app)}/result/text`, { method: 'HEAD' })

    assert.equal(response.status, 200)
    assert.equal(await response.text(), '')
  })

  test('that returns what can’t cross is the app’s own mistake', async () => {
    const { app: caught, errors } = catching()
    caught.get('/:kind', routes.result)

    // A function crosses as a handle, which JSON leaves out; a response without a body it is, and not a crash.
    const { status } = await caught.request('/function')

    assert.ok(status === 200 || errors.length === 1)
  })

  test('calls async code of the main thread', async () => {
    const app = new Hono().get('/:n', routes.viaLoop)

    assert.deepEqual(await (await app.request('/21')).json(), { doubled: 42, thread: 0 })
  })
})

describe('the body arrives by its content type:', () => {
  const app = new Hono().post('/:id', routes.echo)
  const send = async (body, type) => {
    const headers = type === undefined ? {} : { 'Content-Type': type }
    return app.request('/x', { method: 'POST', body, headers })
  }
  const bodyOf = async (body, type) => (await (await send(body, type)).json()).body

  test('JSON', async () => {
    assert.deepEqual(await bodyOf('{"a":[1]}', 'application/json'), { a: [1] })
    assert.deepEqual(await bodyOf('{"a":1}', 'application/problem+json; charset=utf-8'), { a: 1 })
    assert.equal(await bodyOf('', 'application/json'), undefined)
  })

  test('a text, in its charset', async () => {
    assert.equal(await bodyOf('grün', 'text/plain'), 'grün')
    assert.equal(await bodyOf(Uint8Array.of(0xfc), 'text/plain; charset="iso-8859-1"'), 'ü')
    assert.equal(await bodyOf('<a/>', 'image/svg+xml'), '<a/>')
    assert.equal(await bodyOf('', 'text/plain'), '')
  })

  test('a form, with repeated fields as arrays', async () => {
    const form = new URLSearchParams('a=1&b=2&b=3&b=4')
    assert.deepEqual(await bodyOf(form), { a: '1', b: ['2', '3', '4'] })
  })

  test('a form with files, with their bytes', async () => {
    const form = new FormData()
    form.append('title', 'cat')
    form.append('file', new File([Uint8Array.of(1, 2)], 'cat.png', { type: 'image/png' }))

    const { title, file } = await bodyOf(form)

    assert.equal(title, 'cat')
    // A Uint8Array is an object of numbers to JSON.
    assert.deepEqual(file, { name: 'cat.png', type: 'image/png', bytes: { 0: 1, 1: 2 } })
  })

  test('bytes for all the rest, and nothing where there is none', async () => {
    assert.deepEqual(await bodyOf(Uint8Array.of(7, 8), 'application/x-unknown'), { 0: 7, 1: 8 })
    assert.deepEqual(await bodyOf(Uint8Array.of(9)), { 0: 9 })
    assert.equal(await bodyOf(undefined), undefined)
  })

  for (const [what, body, type, status] of [
    ['malformed JSON', '{"a":', 'application/json', 400],
    ['a malformed form', 'nonsense', 'multipart/form-data; boundary=x', 400],
    ['an unknown charset', 'x', 'text/plain; charset=klingon', 415],
  ]) {
    test(`${what} is ${status}`, async () => {
      assert.equal((await send(body, type)).status, status)
    })
  }

  test('one that was read by Hono before is there too, and can be read afterwards', async () => {
    const outer = new Hono()
    const seen = []
    outer.use(async (c, next) => {
      seen.push(await c.req.text())
      await next()
    })
    outer.post('/before/:id', routes.echo)
    outer.use('/after/*', async (c, next) => {
      await next()
      seen.push(await c.req.text())
    })
    const late = new Hono()
    late.use(async (c, next) => {
      await next()
      seen.push(await c.req.text())
    })
    late.post('/:id', routes.echo)
    const init = { method: 'POST', body: '[1]', headers: { 'Content-Type': 'application/json' } }

    assert.deepEqual((await (await outer.request('/before/1', init)).json()).body, [1])
    assert.deepEqual((await (await late.request('/1', init)).json()).body, [1])
    assert.deepEqual(seen, ['[1]', '[1]'])
  })

  test('one that was read raw is an error that says so', async () => {
    const { app: outer, errors } = catching()
    outer.use(async (c, next) => {
      await c.req.raw.text()
      await next()
    })
    outer.post('/:id', routes.echo)

    assert.equal((await outer.request('/1', { method: 'POST', body: 'x' })).status, 500)
    assert.match(errors[0].message, /body has been read already/)
  })
})

describe('a body past the limit is 413', () => {
  const app = new Hono().post('/', routes.small)

  test('by its content-length, or by counting', async () => {
    const post = (body, headers = {}) =>
      app.request('/', {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'text/plain', ...headers },
      })

    assert.equal(await (await post('0123456789')).text(), '0123456789')
    const refused = await post('0123456789a')
    assert.equal(refused.status, 413)
    assert.equal(await refused.text(), 'Payload Too Large')
    assert.equal((await post('x', { 'Content-Length': '11' })).status, 413)
    assert.equal((await post('0123456789a', { 'Content-Length': '1' })).status, 413)
  })

  test('also where a validator has read it', async () => {
    const validated = new Hono().post('/', zValidator('json', z.string()), routes.small)
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '18' }
    const init = { method: 'POST', body: JSON.stringify('0123456789012345'), headers }

    assert.equal((await validated.request('/', init)).status, 413)
  })

  test('without a content-length over a socket, and the next request is served', async (t) => {
    const url = await listen(t, app)
    const send = (chunks) =>
      new Promise((resolve, reject) => {
        const headers = { 'Content-Type': 'text/plain', 'Transfer-Encoding': 'chunked' }
        const client = httpRequest(url, { method: 'POST', headers }, (response) => {
          response.resume()
          response.on('end', () => resolve(response.statusCode))
        })
        // The server may close while the rest is on its way.
        client.on('error', reject)
        for (const chunk of chunks) client.write(chunk)
        client.end()
      })

    assert.equal(await send(['01234', '56789', 'a']), 413)
    assert.equal(await send(['01234', '56789']), 200)
  })
})

describe('validated input', () => {
  test('arrives as the validator has made it', async () => {
    const app = new Hono().post(
      '/:id',
      zValidator('json', z.object({ cents: z.coerce.number() })),
      zValidator('query', z.object({ page: z.coerce.number() })),
      routes.echo,
    )

    const response = await app.request('/7?page=2', {
      method: 'POST',
      body: JSON.stringify({ cents: '5', other: 1 }),
      headers: { 'Content-Type': 'application/json' },
    })

    const { body, valid, query } = await response.json()
    assert.deepEqual(body, { cents: 5 })
    assert.deepEqual(valid, { json: { cents: 5 }, query: { page: 2 } })
    assert.deepEqual(query, { page: '2' })
  })

  test('of a form has its files as plain data', async () => {
    const schema = z.object({ file: z.instanceof(File) })
    const app = new Hono().post('/:id', zValidator('form', schema), routes.echo)
    const form = new FormData()
    form.append('file', new File(['x'], 'x.png', { type: 'image/png' }))

    const { body } = await (await app.request('/7', { method: 'POST', body: form })).json()

    assert.deepEqual(body, { file: { name: 'x.png', type: 'image/png', bytes: { 0: 120 } } })
  })

  test('and result reach Hono’s RPC client', async (t) => {
    const app = new Hono().post(
      '/pay/:id',
      zValidator('json', z.object({ cents: z.number() })),
      routes.echo,
    )
    const client = hc(await listen(t, app))

    const response = await client.pay[':id'].$post({ param: { id: '7' }, json: { cents: 5 } })

    const { params, body } = await response.json()
    assert.deepEqual([params, body], [{ id: '7' }, { cents: 5 }])
  })
})

describe('a module named by its URL', () => {
  const url = new URL('./fixtures/by-url.js', import.meta.url)

  test('gives its default export, or the one that is named', async () => {
    const app = new Hono()
    app.get('/report/:id', syncHandler(url))
    app.get('/other', syncHandler(url, { name: 'other' }))

    const { id, thread: where } = await (await app.request('/report/7')).json()
    assert.equal(id, '7')
    assert.notEqual(where, 0)
    assert.equal(await (await app.request('/other')).text(), 'GET by the other')
  })

  test('that has no such function is an error that names those it has', async () => {
    const { app, errors } = catching()
    // Not loaded by any thread so far: where a thread has told what the module exports, the route itself is refused.
    app.get('/', syncHandler(new URL('?not-loaded', url), { name: 'missing' }))

    assert.equal((await app.request('/')).status, 500)
    assert.ok(errors[0] instanceof RegistrationError)
    assert.match(errors[0].message, /no exported function 'missing'.*other/)
    assert.throws(() => syncHandler(new URL('?not-loaded', url), { name: 'missing' }), TypeError)
  })
})

describe('the thread', () => {
  test('inside syncbridge() is the request’s own, with its Locals', async () => {
    const app = new Hono()
    app.use(syncbridge())
    app.use(async (c, next) => {
      local.id = 'mine'
      c.header('X-Thread', String(await thread()))
      await next()
      assert.equal(String(await thread()), c.res.headers.get('x-thread'))
    })
    app.get('/', routes.where)

    const response = await app.request('/')

    const { thread: where, name } = await response.json()
    assert.equal(String(where), response.headers.get('x-thread'))
    assert.equal(name, 'mine')
  })

  test('is leased for the request where there is no syncbridge(), and two run at once', async () => {
    const app = new Hono().get('/:started/:release', routes.held)

    const answers = [app.request('/0/2'), app.request('/1/2')]
    await cellOpened(0)
    await cellOpened(1)
    openCell(2)
    const [a, b] = await Promise.all(answers.map(async (answer) => (await answer).json()))

    assert.notEqual(a.thread, b.thread)
    const ids = leased().map(({ id }) => id)
    assert.ok(ids.includes(a.thread) && ids.includes(b.thread))
  })

  test('is given back when the response has ended', async () => {
    const app = new Hono().get('/:cell', routes.noted)

    assert.equal(await (await app.request('/3')).text(), 'noted')
    await cellOpened(3)
  })

  test('is one of the pool where the route is not thread-sensitive', async () => {
    const app = new Hono().get('/', routes.whereOnPool)

    const { thread: where } = await (await app.request('/')).json()

    const pool = stats().threads.filter(({ role }) => role === 'pool')
    assert.ok(pool.some(({ id }) => id === where))
  })
})

describe('an error', () => {
  const request = async (way, handler, path) => {
    const { app, errors } = catching()
    if (way === 'inside syncbridge()') app.use(syncbridge())
    app.get('/:kind', handler)
    return { response: await app.request(path), errors }
  }

  for (const way of ['alone', 'inside syncbridge()']) {
    test(`of the route’s own reaches app.onError as it is, ${way}`, async () => {
      const { response, errors } = await request(way, routes.failing, '/own')

      assert.equal(response.status, 500)
      assert.equal(errors.length, 1)
      assert.ok(errors[0] instanceof routes.NotSolvent)
      assert.equal(errors[0].message, 'no money')
    })

    test(`that is an HTTPException stays one, ${way}`, async () => {
      const { response, errors } = await request(way, routes.failing, '/http')

      assert.equal(response.status, 404)
      assert.equal(await response.text(), 'no such report')
      assert.equal(errors.length, 1)
      assert.ok(errors[0] instanceof HTTPException)
    })

    test(`of a thread that ends is 500, ${way}`, async () => {
      const { response, errors } = await request(way, routes.failing, '/exit')

      assert.equal(response.status, 500)
      assert.equal(errors.length, 1)
      assert.ok(errors[0] instanceof HTTPException)
      assert.equal(errors[0].cause.code, 'SYNCBRIDGE_THREAD_EXITED')
    })

    test(`of a timeout is 504, ${way}`, async () => {
      const { response, errors } = await request(way, routes.impatient, '/x')

      assert.equal(response.status, 504)
      assert.equal(errors.length, 1)
      assert.ok(errors[0] instanceof HTTPException)
      assert.ok(errors[0].cause instanceof CallTimeoutError)
    })
  }

  test('is what the onError option makes of it', async () => {
    const { response, errors } = await request('alone', routes.onTeapot, '/x')

    assert.equal(response.status, 418)
    assert.equal(await response.text(), 'short and stout')
    assert.ok(errors[0] instanceof HTTPException)
  })

  test('of a full queue is 503 with Retry-After', async (t) => {
    configure({ leased: { maxThreads: 1, maxQueue: 1 } })
    t.after(() => configure({ leased: { maxThreads: 8, maxQueue: 1000 } }))
    const app = new Hono().get('/:started/:release', routes.held)

    const first = app.request('/4/5')
    await cellOpened(4)
    const second = app.request('/6/5')
    const refused = await app.request('/7/5')
    openCell(5)

    assert.equal(refused.status, 503)
    assert.equal(refused.headers.get('retry-after'), '1')
    assert.deepEqual([(await first).status, (await second).status], [200, 200])
  })
})

describe('at the place where it is called', () => {
  const fn = () => 1

  for (const [options, message] of [
    [{ bodySize: 5 }, /syncHandler\(\): unknown option 'bodySize'; known are bodyLimit/],
    [{ bodyLimit: 0 }, /'bodyLimit' must be a positive number of bytes, not 0/],
    [{ timeout: -1 }, /'timeout' must be a positive number of milliseconds, not -1/],
    [{ onError: 5 }, /'onError' must be a function/],
  ]) {
    test(`an option that is wrong is refused: ${JSON.stringify(options)}`, () => {
      const module = import.meta.url
      assert.throws(() => syncHandler(fn, { module, ...options }), { message, name: 'TypeError' })
    })
  }

  for (const name of ['bodyLimit', 'timeout', 'threadSensitive', 'name', 'module', 'onError']) {
    test(`an option that is undefined is as good as absent: ${name}`, () => {
      const options = name === 'module' ? {} : { module: import.meta.url }
      const make = () => syncHandler(fn, { ...options, [name]: undefined })
      // Without a module it depends on where it stands, which is here no module's top level.
      if (name === 'module') assert.throws(make, RegistrationError)
      else assert.equal(typeof make(), 'function')
    })
  }

  test('an async function is refused', () => {
    assert.throws(() => syncHandler(async () => 1, { module: import.meta.url }), TypeError)
  })
})

test('the handler is a named function, and refuses to be made outside a module’s top level', async () => {
  assert.equal(routes.echo.name, 'syncRoute')
  // An ES module's timer: on Bun and Deno, only a named function is told from the module's own code.
  await new Promise((resolve) => setTimeout(resolve, 1))
  await (async function later() {
    assert.throws(() => syncHandler(() => 1), { code: 'SYNCBRIDGE_REGISTRATION' })
  })()
})

test('the CommonJS build has it as well', async () => {
  const require = createRequire(import.meta.url)
  const { Hono: CjsHono } = require('hono')
  const { syncHandler: cjsHandler } = require('@syncbridge/hono')
  const app = new CjsHono()
  app.get('/:id', cjsHandler(new URL('./fixtures/by-url.js', import.meta.url)))

  assert.equal((await (await app.request('/7')).json()).id, '7')
})
