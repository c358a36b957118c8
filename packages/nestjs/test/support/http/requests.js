import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Get, Param, UseInterceptors } from '@nestjs/common'
import { ThreadSensitiveContext } from '@syncbridge/core'
import { SyncbridgeInterceptor, SyncbridgeModule } from '@syncbridge/nestjs'
import { begin, rename, request, requestId, thread, waitFor, whose } from '../../fixtures/desk.js'
import { latch, open, opened } from '../latch.js'
import { json } from './client.js'

export function describeRequests(name, serve) {
  describe(`on ${name}, a request`, () => {
    test('runs its thread-sensitive calls on one thread that is not the main one', async (t) => {
      const { url } = await serve(t, {
        threads: { on: Get('/'), handle: async () => [await thread(), await thread()] },
      })

      const [first, second] = await json(url)

      assert.notEqual(first, 0)
      assert.equal(second, first)
    })

    test('has the thread to itself while others are served', async (t) => {
      const started = { a: latch(), b: latch() }
      const done = latch()
      const { url } = await serve(t, {
        block: {
          on: Get('/:name'),
          params: [Param('name')],
          handle: async (which) => [await waitFor(started[which], done)],
        },
      })

      const answers = [json(`${url}/a`), json(`${url}/b`)]
      await opened(started.a)
      await opened(started.b)
      open(done)
      const [[a], [b]] = await Promise.all(answers)

      assert.notEqual(a, b)
    })

    test('keeps what is begun on its thread, and its Locals, apart from 199 others', async (t) => {
      const { url } = await serve(t, {
        transact: {
          on: Get('/:id'),
          params: [Param('id')],
          handle: async (id) => {
            request.id = id
            await begin(id)
            await rename(`${await requestId()}, renamed`)
            return [await whose(), await whose(), request.id]
          },
        },
      })

      const ids = Array.from({ length: 200 }, (_, index) => `request-${index}`)
      const answers = await Promise.all(ids.map((id) => json(`${url}/${id}`)))

      assert.deepEqual(
        answers,
        ids.map((id) => [id, id, `${id}, renamed`]),
      )
    })

    test('has one context, also where the interceptor stands twice', async (t) => {
      const { url } = await serve(
        t,
        {
          threads: {
            on: [Get('/'), UseInterceptors(SyncbridgeInterceptor)],
            handle: async () => {
              const context = ThreadSensitiveContext.current()
              const inner = await new ThreadSensitiveContext().run((current) => current === context)
              return [await thread(), await thread(), inner]
            },
          },
        },
        { decorators: [UseInterceptors(SyncbridgeInterceptor)] },
      )

      const [first, second, inner] = await json(url)

      assert.equal(second, first)
      assert.equal(inner, true)
    })

    test('has a context by the interceptor alone, where it is not mounted', async (t) => {
      const { url } = await serve(
        t,
        {
          with: {
            on: [Get('/with'), UseInterceptors(SyncbridgeInterceptor)],
            handle: () => [Boolean(ThreadSensitiveContext.current())],
          },
          without: {
            on: Get('/without'),
            handle: () => [Boolean(ThreadSensitiveContext.current())],
          },
        },
        { metadata: { imports: [SyncbridgeModule.forRoot()] } },
      )

      assert.deepEqual(await json(`${url}/with`), [true])
      assert.deepEqual(await json(`${url}/without`), [false])
    })
  })
}
