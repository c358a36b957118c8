import 'reflect-metadata'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { NestFactory } from '@nestjs/core'
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices'
import { lastValueFrom, Observable, toArray } from 'rxjs'
import { noteExit, thread } from './fixtures/desk.js'
import { controllerOf, moduleOf } from './support/app.js'
import { latch, opened } from './support/latch.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('a message over TCP has one context, which ends with the last value of its answer', async (t) => {
  const exited = latch()
  const controller = controllerOf({
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
  const connection = {
    options: { host: '127.0.0.1', port: await freePort() },
    transport: Transport.TCP,
  }
  const module = moduleOf({ controllers: [controller] })
  const app = await NestFactory.createMicroservice(module, { ...connection, logger: false })
  t.after(() => app.close())
  await app.listen()
  const client = ClientProxyFactory.create(connection)
  t.after(() => client.close())

  const one = await lastValueFrom(client.send('one', {}))
  const many = await lastValueFrom(client.send('many', {}).pipe(toArray()))

  assert.notEqual(one[0], 0)
  assert.equal(one[1], one[0])
  assert.equal(many.length, 2)
  assert.equal(many[1], many[0])
  await opened(exited)
})
