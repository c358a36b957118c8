import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { Body, Catch, Get, HttpException, Param, Post, UseGuards } from '@nestjs/common'
import { SyncbridgeModule, Timeout } from '@syncbridge/nestjs'
import { noteExit, request, requestId, thread, waitFor } from '../../fixtures/desk.js'
import { latch, open, opened, signal } from '../latch.js'
import { aborted, currentSignal, json } from './client.js'

export function describeMiddleware(name, serve) {
  describe(`on ${name}, the middleware opens the request’s context`, () => {
    const imports = [
      SyncbridgeModule.forRoot({ interceptor: { mount: true }, middleware: { mount: true } }),
    ]
    const guard = {
      async canActivate(execution) {
        const asked = execution.switchToHttp().getRequest()
        asked.guarded = await thread()
        request.id = `of ${asked.params.id}`
        return true
      },
    }

    const whole = (on) => ({
      on: [on, UseGuards(guard)],
      params: [Param('id'), Body()],
      handle: async (_id, body) => ({ body, id: await requestId() }),
    })

    test('before guards, for the whole request', async (t) => {
      const { url } = await serve(t, { whole: whole(Get('/:id')) }, { metadata: { imports } })

      const answers = await Promise.all(Array.from({ length: 20 }, (_, id) => json(`${url}/${id}`)))

      assert.deepEqual(
        answers.map(({ id }) => id),
        Array.from({ length: 20 }, (_, id) => `of ${id}`),
      )
    })

    test('also where the body comes later than the headers', async (t) => {
      const arrived = signal()
      const note = (_request, _response, next) => {
        arrived.resolve()
        next()
      }
      const { url } = await serve(
        t,
        { whole: whole(Post('/:id')) },
        { metadata: { imports }, setup: (app) => app.use(note) },
      )
      const body = JSON.stringify({ text: 'late' })
      const posting = httpRequest(`${url}/7`, {
        headers: { 'content-length': body.length, 'content-type': 'application/json' },
        method: 'POST',
      })
      posting.flushHeaders()
      await arrived.promise
      posting.end(body)

      const [response] = await once(posting, 'response')

      assert.deepEqual(await readJson(response), { body: { text: 'late' }, id: 'of 7' })
    })

    test('also for exception filters, and ends it with the response', async (t) => {
      const exited = latch()
      class Filter {
        async catch(_exception, host) {
          const response = host.switchToHttp().getResponse()
          const where = await thread()
          response.status(418).send({ where })
        }
      }
      Catch(HttpException)(Filter)
      let before
      const handlers = {
        fail: {
          on: Get('/'),
          handle: async () => {
            before = await noteExit(exited)
            throw new HttpException('no', 418)
          },
        },
      }
      const { url } = await serve(t, handlers, {
        metadata: { imports },
        setup: (app) => app.useGlobalFilters(new Filter()),
      })

      assert.deepEqual(await json(url), { where: before })
      await opened(exited)
    })

    test('which aborts when the client disconnects', async (t) => {
      const requestSignal = signal()
      const started = latch()
      const done = latch()
      const handlers = {
        block: {
          on: Get('/'),
          handle: () => {
            requestSignal.resolve(currentSignal())
            return waitFor(started, done)
          },
        },
      }
      const { url } = await serve(t, handlers, { metadata: { imports } })
      const client = new AbortController()
      const answer = fetch(url, { signal: client.signal }).catch((error) => error.name)
      await opened(started)

      client.abort()

      assert.equal(await answer, 'AbortError')
      assert.equal((await aborted(await requestSignal.promise)).name, 'AbortError')
      open(done)
    })

    test('which @Timeout() still aborts', async (t) => {
      const done = latch()
      const handlers = {
        short: { on: [Get('/'), Timeout(30)], handle: () => waitFor(latch(), done) },
      }
      const { url } = await serve(t, handlers, { metadata: { imports } })

      const { status } = await fetch(url)
      open(done)

      assert.equal(status, 504)
    })
  })
}
