import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, describe, test } from 'node:test'
import { threadId } from 'node:worker_threads'
import { shutdown, stats } from '@syncbridge/core'
import { NoThreadsError, syncbridge } from '@syncbridge/hono'
import { Hono } from 'hono'
import { thread, threadAfter } from './fixtures/desk.js'

after(() => shutdown({ timeout: 5_000 }))

describe('an option', () => {
  for (const [options, message] of [
    [{ timeOut: 5 }, /unknown option 'timeOut'; known are timeout, signal, onError/],
    [{ timeout: 0 }, /'timeout' must be a positive number of milliseconds, not 0/],
    [{ timeout: '5s' }, /'timeout' must be a positive number of milliseconds, not 5s/],
    [{ signal: new AbortController() }, /'signal' must be an AbortSignal/],
    [{ onError: true }, /'onError' must be a function/],
  ]) {
    test(`that is wrong is refused when the app is made: ${JSON.stringify(options)}`, () => {
      assert.throws(() => syncbridge(options), { message, name: 'TypeError' })
    })
  }

  for (const options of [
    undefined,
    ...['timeout', 'signal', 'onError'].map((name) => ({ [name]: undefined })),
  ]) {
    test(`that is undefined is as good as absent: ${Object.keys(options ?? {})}`, async () => {
      const app = new Hono()
        .use(syncbridge(options))
        .get('/', (c) => c.text(String(c.get('syncbridge').signal.aborted)))
      assert.equal(await (await app.request('/')).text(), 'false')
    })
  }
})

test('a runtime without threads is told so at app.use, and the rest of the app works', async (t) => {
  const node = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  const workers = { configurable: true, value: { userAgent: 'Cloudflare-Workers' } }
  Object.defineProperty(globalThis, 'navigator', workers)
  t.after(() => {
    // Node 20 has no navigator.
    if (node) Object.defineProperty(globalThis, 'navigator', node)
    else Reflect.deleteProperty(globalThis, 'navigator')
  })
  const app = new Hono()
  app.get('/', (c) => c.text('still here'))

  assert.throws(
    () => app.use(syncbridge()),
    (error) => {
      assert.ok(error instanceof NoThreadsError)
      assert.equal(error.code, 'SYNCBRIDGE_NO_THREADS')
      assert.match(error.message, /'workerd'.*Node, Bun or Deno/)
      return true
    },
  )
  assert.equal(await (await app.request('/')).text(), 'still here')
})

test('the CommonJS build serves a request in a context', async () => {
  const require = createRequire(import.meta.url)
  const { Hono: CjsHono } = require('hono')
  const app = new CjsHono()
  app.use(require('@syncbridge/hono').syncbridge())
  const { ThreadSensitiveContext } = require('@syncbridge/core')
  app.get('/', async (c) => {
    const isCurrent = ThreadSensitiveContext.current() === c.var.syncbridge.context
    return c.json([await thread(), await thread(), isCurrent])
  })

  const [first, second, isCurrent] = await (await app.request('/')).json()

  assert.equal(isCurrent, true)
  assert.notEqual(first, 0)
  assert.equal(second, first)
  assert.deepEqual(
    stats().threads.map(({ id, role }) => [id, role]),
    [[first, 'leased']],
  )
})

test('a script’s own thread may block for async code for longer than it takes to look after the thread that runs it', () => {
  assert.notEqual(threadAfter(300), threadId)
})
