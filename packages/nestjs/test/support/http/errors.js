import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Catch, Get, HttpException } from '@nestjs/common'
import { ClosedError, configure, QueueFullError, shutdown } from '@syncbridge/core'
import { SyncbridgeModule } from '@syncbridge/nestjs'
import { leave, thread, waitFor } from '../../fixtures/desk.js'
import { latch, open, opened } from '../latch.js'
import { aborted, currentSignal } from './client.js'

export function describeErrors(name, serve) {
  describe(`on ${name}, an error of the bridge becomes a Nest exception`, () => {
    const short = { leased: { leaseTimeout: 50, maxThreads: 1 } }
    const usual = { leased: { leaseTimeout: 30_000, maxThreads: 8 } }

    const failing = (started, done) => ({
      thread: { on: Get('/thread'), handle: async () => [await thread()] },
      hold: { on: Get('/hold'), handle: async () => [await waitFor(started, done)] },
      late: {
        on: Get('/late'),
        handle: () => waitFor.with({ timeout: 30 })(started, done),
      },
      leave: { on: Get('/leave'), handle: () => leave(3) },
    })

    test('503 with Retry-After when no thread becomes free, through the application’s filters', async (t) => {
      const started = latch()
      const done = latch()
      const caught = []
      class Filter {
        catch(exception, host) {
          caught.push(exception)
          const response = host.switchToHttp().getResponse()
          response.status(exception.getStatus()).send({ filtered: exception.getStatus() })
        }
      }
      Catch(HttpException)(Filter)
      t.after(() => configure(usual))
      const { url } = await serve(t, failing(started, done), {
        metadata: {
          imports: [SyncbridgeModule.forRoot({ interceptor: { mount: true }, threads: short })],
        },
        setup: (app) => app.useGlobalFilters(new Filter()),
      })

      const holding = fetch(`${url}/hold`)
      await opened(started)
      const response = await fetch(`${url}/thread`)
      open(done)

      assert.equal(response.status, 503)
      assert.match(response.headers.get('retry-after'), /^\d+$/)
      assert.deepEqual(await response.json(), { filtered: 503 })
      assert.equal((await holding).status, 200)
      assert.equal(caught.length, 1)
      assert.ok(caught[0].cause instanceof QueueFullError)
    })

    test('504 when a call timed out', async (t) => {
      const done = latch()
      const { url } = await serve(t, failing(latch(), done))

      const response = await fetch(`${url}/late`)
      open(done)

      assert.equal(response.status, 504)
      assert.deepEqual(await response.json(), { message: 'Gateway Timeout', statusCode: 504 })
    })

    test('504 when the timeout of the interceptor passed', async (t) => {
      const done = latch()
      const { url } = await serve(t, failing(latch(), done), {
        metadata: {
          imports: [SyncbridgeModule.forRoot({ interceptor: { mount: true, timeout: 30 } })],
        },
      })

      const response = await fetch(`${url}/hold`)
      open(done)

      assert.equal(response.status, 504)
    })

    test('504 when the timeout of the interceptor passed between two calls', async (t) => {
      const handlers = {
        between: {
          on: Get('/'),
          handle: async () => {
            await aborted(currentSignal())
            return [await thread()]
          },
        },
      }
      const imports = [SyncbridgeModule.forRoot({ interceptor: { mount: true, timeout: 30 } })]
      const { url } = await serve(t, handlers, { metadata: { imports } })

      assert.equal((await fetch(url)).status, 504)
    })

    test('503 with Retry-After once the bridge has been shut down', async (t) => {
      const caught = []
      class Filter {
        catch(exception, host) {
          caught.push(exception)
          host.switchToHttp().getResponse().status(exception.getStatus()).send({})
        }
      }
      Catch(HttpException)(Filter)
      t.after(() => configure())
      const { url } = await serve(t, failing(latch(), latch()), {
        setup: (app) => app.useGlobalFilters(new Filter()),
      })
      await shutdown()

      const response = await fetch(`${url}/thread`)

      assert.equal(response.status, 503)
      assert.match(response.headers.get('retry-after'), /^\d+$/)
      assert.ok(caught[0].cause instanceof ClosedError)
    })

    test('503 for a call that shutdown() has ended', async (t) => {
      const [started, done] = [latch(), latch()]
      t.after(() => configure())
      const { url } = await serve(t, failing(started, done))
      const holding = fetch(`${url}/hold`)
      await opened(started)
      const closing = shutdown({ timeout: 20 })

      assert.equal((await holding).status, 503)
      open(done)
      await closing
    })

    test('500 when the thread exited, and the next request is served', async (t) => {
      const { url } = await serve(t, failing(latch(), latch()))

      assert.equal((await fetch(`${url}/leave`)).status, 500)
      assert.equal((await fetch(`${url}/thread`)).status, 200)
    })
  })
}
