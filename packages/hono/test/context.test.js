import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { after, describe, test } from 'node:test'
import { shutdown, stats, ThreadSensitiveContext } from '@syncbridge/core'
import { syncbridge } from '@syncbridge/hono'
import { Hono } from 'hono'
import { contextStorage, getContext } from 'hono/context-storage'
import {
  begin,
  noteExit,
  pooledThread,
  rename,
  request,
  requestId,
  thread,
  waitFor,
  whose,
} from './fixtures/desk.js'
import { isOpen, latch, open, opened } from './support/latch.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()
after(() => shutdown({ timeout: 5_000 }))

const leased = () => stats().threads.filter(({ role }) => role === 'leased')

describe('a request', () => {
  test('that makes no thread-sensitive call leases no thread', async () => {
    const app = new Hono()
    app.use(syncbridge())
    app.get('/', async (c) => c.json({ pooled: await pooledThread(), leased: leased().length }))

    const { pooled, leased: threads } = await (await app.request('/')).json()

    assert.notEqual(pooled, 0)
    assert.equal(threads, 0)
  })

  test('runs its thread-sensitive calls on one thread that is not the main one', async () => {
    const app = new Hono()
    app.use(syncbridge())
    app.get('/', async (c) => c.json([await thread(), await thread(), await thread()]))

    const [first, ...others] = await (await app.request('/')).json()

    assert.notEqual(first, 0)
    assert.deepEqual(others, [first, first])
  })

  test('has the thread to itself while others are served', async () => {
    const started = { a: latch(), b: latch() }
    const done = latch()
    const app = new Hono()
    app.use(syncbridge())
    app.get('/:name', async (c) => c.json(await waitFor(started[c.req.param('name')], done)))

    const answers = [app.request('/a'), app.request('/b')]
    await opened(started.a)
    await opened(started.b)
    open(done)
    const [a, b] = await Promise.all(answers.map(async (answer) => (await answer).json()))

    assert.notEqual(a, b)
  })

  test('keeps what is begun on its thread apart from forty concurrent requests', async () => {
    const app = new Hono()
    app.use(syncbridge())
    app.get('/:id', async (c) => {
      const id = c.req.param('id')
      await begin(id)
      const seen = [await whose(), await whose()]
      return c.json(seen)
    })

    const ids = Array.from({ length: 40 }, (_, index) => `request-${index}`)
    const answers = await Promise.all(ids.map(async (id) => (await app.request(`/${id}`)).json()))

    assert.deepEqual(
      answers,
      ids.map((id) => [id, id]),
    )
  })

  test('has its own Locals, which travel to its thread and back', async () => {
    const app = new Hono()
    app.use(syncbridge())
    app.get('/:id', async (c) => {
      request.id = c.req.param('id')
      const there = await requestId()
      await rename(`${there}, renamed`)
      return c.json([there, request.id])
    })

    const ids = Array.from({ length: 20 }, (_, index) => `request-${index}`)
    const answers = await Promise.all(ids.map(async (id) => (await app.request(`/${id}`)).json()))

    assert.deepEqual(
      answers,
      ids.map((id) => [id, `${id}, renamed`]),
    )
    assert.equal(request.id, undefined)
  })

  test('finds its context and signal in c.var.syncbridge', async () => {
    const app = new Hono()
    app.use(syncbridge())
    app.get('/', (c) => {
      const { context, signal } = c.var.syncbridge
      assert.equal(context, ThreadSensitiveContext.current())
      assert.equal(signal, context.signal)
      return c.json(signal.aborted)
    })

    assert.equal(await (await app.request('/')).json(), false)
  })

  test('is inside its context below the middleware alone, and inside the stores of others as well', async () => {
    const others = new AsyncLocalStorage()
    const outside = []
    const lookOutside = () => outside.push(ThreadSensitiveContext.current(), others.getStore())
    const app = new Hono()
    app.use(async (_c, next) => {
      const done = next()
      lookOutside()
      await done
      lookOutside()
    })
    app.use(syncbridge())
    app.get('/', async (c) => {
      const { context } = c.var.syncbridge
      const look = () => [context === ThreadSensitiveContext.current(), others.getStore()]
      return c.json([...look(), ...(await Promise.resolve().then(look))])
    })

    const response = others.run('theirs', () => app.request('/'))
    lookOutside()

    assert.deepEqual(await (await response).json(), [true, 'theirs', true, 'theirs'])
    const around = [undefined, 'theirs']
    assert.deepEqual(outside, [...around, undefined, undefined, ...around])
  })

  test('ends its context when the response is there and its body complete', async () => {
    const exited = latch()
    const app = new Hono()
    app.use(syncbridge())
    app.get('/', async (c) => {
      await noteExit(exited)
      return c.text('done')
    })

    assert.equal((await app.request('/')).status, 200)
    await opened(exited)
    assert.equal(ThreadSensitiveContext.current(), undefined)
  })

  test('aborts with the signal that was given for all requests', async () => {
    const closing = new AbortController()
    const app = new Hono()
    app.use(syncbridge({ signal: closing.signal }))
    app.get('/', (c) => {
      closing.abort(new Error('the server is closing'))
      return c.text(String(c.var.syncbridge.signal.reason.message))
    })

    assert.equal(await (await app.request('/')).text(), 'the server is closing')
  })
})

describe('a second syncbridge()', () => {
  const inner = async (c) => {
    const { context } = c.var.syncbridge
    return c.json([await thread(), context === ThreadSensitiveContext.current()])
  }

  test('on the same path opens no context of its own', async () => {
    const exited = latch()
    const app = new Hono()
    const threads = []
    let outer
    app.use(syncbridge())
    app.use(async (c, next) => {
      outer = c.var.syncbridge.context
      threads.push(await noteExit(exited))
      await next()
      threads.push(await thread())
      assert.equal(isOpen(exited), false)
    })
    app.use(syncbridge())
    app.get('/', (c) => {
      assert.equal(c.var.syncbridge.context, outer)
      return inner(c)
    })

    const [threadInside, isCurrent] = await (await app.request('/')).json()

    assert.equal(isCurrent, true)
    assert.deepEqual(threads, [threadInside, threadInside])
    await opened(exited)
  })

  for (const [way, attach] of [
    ['route()', (app, sub) => app.route('/sub', sub)],
    ['mount()', (app, sub) => app.mount('/sub', sub.fetch)],
  ]) {
    test(`in a sub-app attached by ${way} uses the app's context`, async () => {
      const sub = new Hono()
      sub.use(syncbridge())
      sub.get('/', inner)
      const app = new Hono()
      let outerThread
      app.use(syncbridge())
      app.use(async (_c, next) => {
        outerThread = await thread()
        await next()
        assert.equal(await thread(), outerThread)
      })
      attach(app, sub)

      const [threadInside, isCurrent] = await (await app.request('/sub')).json()

      assert.equal(threadInside, outerThread)
      assert.equal(isCurrent, true)
    })
  }
})

test('the middleware is a named function and goes with contextStorage()', async () => {
  assert.equal(syncbridge().name, 'syncbridgeMiddleware')
  const app = new Hono()
  app.use(contextStorage())
  app.use(syncbridge())
  app.get('/', async (c) => {
    await thread()
    return c.json(getContext().var.syncbridge.context === ThreadSensitiveContext.current())
  })

  assert.equal(await (await app.request('/')).json(), true)
})
