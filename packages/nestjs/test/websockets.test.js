import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Catch, UseFilters } from '@nestjs/common'
import { WsAdapter } from '@nestjs/platform-ws'
import { SubscribeMessage, WebSocketGateway, WsException } from '@nestjs/websockets'
import { Timeout } from '@syncbridge/nestjs'
import { Observable } from 'rxjs'
import { WebSocket } from 'ws'
import { noteExit, thread, waitFor, workUntilAborted } from './fixtures/desk.js'
import { decorateMethod, start } from './support/app.js'
import { latch, open, opened } from './support/latch.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()

/** A client of a gateway with `{ event: { handle, decorators } }`. */
async function connect(t, handlers) {
  class TestGateway {}
  for (const [name, { decorators = [], handle }] of Object.entries(handlers)) {
    Object.defineProperty(TestGateway.prototype, name, {
      configurable: true,
      value: handle,
      writable: true,
    })
    decorateMethod(TestGateway, name, [SubscribeMessage(name), ...decorators])
  }
  WebSocketGateway()(TestGateway)
  const { url } = await start(
    t,
    { providers: [TestGateway] },
    { setup: (app) => app.useWebSocketAdapter(new WsAdapter(app)) },
  )
  const socket = new WebSocket(url.replace('http', 'ws'))
  t.after(() => socket.terminate())
  await once(socket, 'open')
  const ask = (event) => socket.send(JSON.stringify({ data: {}, event }))
  const next = async () => JSON.parse(String((await once(socket, 'message'))[0]))
  return { ask, next, socket }
}

test('a message of a WebSocket has one context, which ends with the last value of its answer', async (t) => {
  const exited = latch()
  const { ask, socket } = await connect(t, {
    many: {
      handle: () =>
        new Observable((values) => {
          const produce = async () => {
            values.next({ data: await noteExit(exited), event: 'many' })
            values.next({ data: await thread(), event: 'many' })
            values.complete()
          }
          produce()
        }),
    },
  })
  const seen = []
  socket.on('message', (message) => seen.push(JSON.parse(String(message)).data))

  ask('many')
  while (seen.length < 2) await once(socket, 'message')
  await opened(exited)

  assert.notEqual(seen[0], 0)
  assert.equal(seen[1], seen[0])
})

test('two messages of one WebSocket have a thread each', async (t) => {
  const started = { a: latch(), b: latch() }
  const done = latch()
  const hold = (name) => ({
    handle: async () => ({ data: await waitFor(started[name], done), event: name }),
  })
  const { ask, socket } = await connect(t, { a: hold('a'), b: hold('b') })
  const threads = []
  socket.on('message', (message) => threads.push(JSON.parse(String(message)).data))

  ask('a')
  ask('b')
  await opened(started.a)
  await opened(started.b)
  open(done)
  while (threads.length < 2) await once(socket, 'message')

  assert.notEqual(threads[0], threads[1])
})

test('a WebSocket that is closed stops the code that works for its messages', async (t) => {
  const [started, stopped] = [latch(), latch()]
  const { ask, socket } = await connect(t, {
    work: { handle: () => workUntilAborted(started, stopped) },
  })

  ask('work')
  await opened(started)
  socket.close()

  await opened(stopped)
})

test('an error of the bridge is a WsException to the client of a WebSocket', async (t) => {
  const done = latch()
  // An application's own, since that of Nest 11 sends to clients of Socket.IO only.
  class Filter {
    catch(exception, host) {
      const answer = { data: exception.getError(), event: 'exception' }
      host.switchToWs().getClient().send(JSON.stringify(answer))
    }
  }
  Catch(WsException)(Filter)
  const { ask, next } = await connect(t, {
    late: {
      decorators: [Timeout(30), UseFilters(new Filter())],
      handle: () => waitFor(latch(), done),
    },
  })

  const answer = next()
  ask('late')
  const { data, event } = await answer
  open(done)

  assert.equal(event, 'exception')
  assert.deepEqual(data, { message: 'Gateway Timeout', statusCode: 504 })
})
