import assert from 'node:assert/strict'
import { connect } from 'node:http2'
import { test } from 'node:test'
import { Get } from '@nestjs/common'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { ThreadSensitiveContext } from '@syncbridge/core'
import { noteExit } from './fixtures/desk.js'
import { controllerOf, start } from './support/app.js'
import { describeHttp } from './support/http-suite.js'
import { latch, opened, signal } from './support/latch.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()

describeHttp('Fastify', () => new FastifyAdapter())

test('over HTTP/2 the signal aborts for the client that disconnects, and for no other', async (t) => {
  const reached = { left: signal(), stayed: signal() }
  const release = signal()
  const exited = { left: latch(), stayed: latch() }
  const handler = (name) => ({
    on: Get(`/${name}`),
    handle: async () => {
      await noteExit(exited[name])
      reached[name].resolve(ThreadSensitiveContext.current().signal)
      await release.promise
      return ['answered']
    },
  })
  const controllers = [controllerOf({ left: handler('left'), stayed: handler('stayed') })]
  const { url } = await start(t, { controllers }, { adapter: new FastifyAdapter({ http2: true }) })
  const session = connect(url)
  // Before the application is closed: the server of Node 20 waits for its sessions.
  try {
    const left = session.request({ ':path': '/left' })
    const stayed = session.request({ ':path': '/stayed' })
    const [leftSignal, stayedSignal] = [await reached.left.promise, await reached.stayed.promise]
    const aborted = new Promise((resolve) => {
      leftSignal.addEventListener('abort', () => resolve(leftSignal.reason.name))
    })
    left.close()
    assert.equal(await aborted, 'AbortError')
    release.resolve()
    let text = ''
    for await (const chunk of stayed) text += chunk

    assert.equal(text, '["answered"]')
    await Promise.all([opened(exited.left), opened(exited.stayed)])
    assert.equal(stayedSignal.aborted, false)
  } finally {
    session.destroy()
  }
})

test('a request that is injected, without a socket, ends its context too', async (t) => {
  const exited = latch()
  let requestSignal
  const controllers = [
    controllerOf({
      injected: {
        on: Get('/'),
        handle: async () => {
          requestSignal = ThreadSensitiveContext.current().signal
          return [await noteExit(exited)]
        },
      },
    }),
  ]
  const { app } = await start(t, { controllers }, { adapter: new FastifyAdapter() })

  assert.equal((await app.inject('/')).statusCode, 200)
  await opened(exited)
  assert.equal(requestSignal.aborted, false)
})
