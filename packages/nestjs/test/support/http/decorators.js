import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Get, Header, Param, SetMetadata } from '@nestjs/common'
import { ThreadSensitiveContext } from '@syncbridge/core'
import { SkipBridge, SyncbridgeModule, Timeout } from '@syncbridge/nestjs'
import { waitFor } from '../../fixtures/desk.js'
import { latch, open } from '../latch.js'
import { json } from './client.js'

// A function each: what decorators say of a handler is kept with it.
const inContext = () => () => [Boolean(ThreadSensitiveContext.current())]

export function describeDecorators(name, serve) {
  describe(`on ${name}, @Timeout()`, () => {
    const hold = (done) => () => waitFor(latch(), done)
    const long = {
      imports: [SyncbridgeModule.forRoot({ interceptor: { mount: true, timeout: 60_000 } })],
    }

    test('on a handler goes before the interceptor’s own', async (t) => {
      const done = latch()
      const handlers = { short: { on: [Get('/'), Timeout(30)], handle: hold(done) } }
      const { url } = await serve(t, handlers, { metadata: long })

      const { status } = await fetch(url)
      open(done)

      assert.equal(status, 504)
    })

    test('on a class is for all its handlers, except for one that has its own', async (t) => {
      const done = latch()
      const handlers = {
        inherited: { on: Get('/inherited'), handle: hold(done) },
        own: {
          on: [Get('/own'), Timeout(60_000)],
          handle: async () => [await waitFor(latch(), done)],
        },
      }
      const { url } = await serve(t, handlers, { decorators: [Timeout(30)] })

      const own = fetch(`${url}/own`)
      const { status } = await fetch(`${url}/inherited`)
      open(done)

      assert.equal(status, 504)
      assert.equal((await own).status, 200)
    })

    test('leaves the method, its metadata and its parameters as they are', async (t) => {
      const handle = function report(id) {
        return [id, report.name, Reflect.getMetadata('mark', report)]
      }
      const handlers = {
        report: {
          on: [Timeout(60_000), Get('/:id'), SetMetadata('mark', 'kept'), Header('x-kept', 'yes')],
          params: [Param('id')],
          handle,
        },
      }
      const { url } = await serve(t, handlers)

      const response = await fetch(`${url}/7`)

      assert.deepEqual(await response.json(), ['7', 'report', 'kept'])
      assert.equal(response.headers.get('x-kept'), 'yes')
    })

    test('refuses what is no time', () => {
      for (const ms of [0, -1, Number.NaN, '5s'])
        assert.throws(() => Timeout(ms), { message: /positive number/, name: 'TypeError' })
    })
  })

  describe(`on ${name}, @SkipBridge()`, () => {
    test('on a handler leaves it without a context, and the others with theirs', async (t) => {
      const { url } = await serve(t, {
        with: { on: Get('/with'), handle: inContext() },
        without: { on: [Get('/without'), SkipBridge()], handle: inContext() },
      })

      assert.deepEqual(await json(`${url}/with`), [true])
      assert.deepEqual(await json(`${url}/without`), [false])
    })

    test('on a class leaves all its handlers without one', async (t) => {
      const handlers = { without: { on: Get('/'), handle: inContext() } }
      const { url } = await serve(t, handlers, { decorators: [SkipBridge()] })

      assert.deepEqual(await json(url), [false])
    })
  })
}
