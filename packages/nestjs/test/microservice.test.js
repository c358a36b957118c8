import 'reflect-metadata'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { NestFactory } from '@nestjs/core'
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices'
import { Timeout } from '@syncbridge/nestjs'
import { lastValueFrom, Observable, toArray } from 'rxjs'
import { noteExit, thread, waitFor, workUntilAborted } from './fixtures/desk.js'
import { controllerOf, moduleOf } from './support/app.js'
import { latch, open, opened } from './support/latch.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A microservice with one controller, and a client of it. */
async function serve(t, handlers) {
  const connection = {
    options: { host: '127.0.0.1', port: await freePort() },
    transport: Transport.TCP,
  }
  const module = moduleOf({ controllers: [controllerOf(handlers)] })
  const app = await NestFactory.createMicroservice(module, { ...connection, logger: false })
  t.after(() => app.close())
  await app.listen()
  const client = ClientProxyFactory.create(connection)
  t.after(() => client.close())
  return client
}

test('a message over TCP has one context, which ends with the last value of its answer', async (t) => {
  const exited = latch()
  const client = await serve(t, {
    one: { on: MessagePattern('one'), handle: async () => [await thread(), await thread()] },
    many: {
      on: MessagePattern('many'),
      handle: () =>
        new Observable((values) => {
          const produce = async () => {
            values.next(await noteExit(exited))
            values.next(await thread())
            values.complete()
          }
          produce()
        }),
    },
  })

  const one = await lastValueFrom(client.send('one', {}))
  const many = await lastValueFrom(client.send('many', {}).pipe(toArray()))

  assert.notEqual(one[0], 0)
  assert.equal(one[1], one[0])
  assert.equal(many.length, 2)
  assert.equal(many[1], many[0])
  await opened(exited)
})

test('a client over TCP that disconnects stops the code that works for its messages', async (t) => {
  const [started, stopped] = [latch(), latch()]
  const client = await serve(t, {
    work: { on: MessagePattern('work'), handle: () => workUntilAborted(started, stopped) },
  })

  const answer = lastValueFrom(client.send('work', {})).catch((error) => error)
  await opened(started)
  client.close()

  await opened(stopped)
  await answer
})

test('an error of the bridge is an RpcException to a client over TCP', async (t) => {
  const done = latch()
  const client = await serve(t, {
    late: { on: [MessagePattern('late'), Timeout(30)], handle: () => waitFor(latch(), done) },
  })

  await assert.rejects(lastValueFrom(client.send('late', {})), (error) => {
    assert.deepEqual(error, { message: 'Gateway Timeout', statusCode: 504 })
    return true
  })
  open(done)
})
