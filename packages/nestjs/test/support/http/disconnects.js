import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Catch, Get, HttpException, Logger, Sse } from '@nestjs/common'
import { BaseExceptionFilter } from '@nestjs/core'
import { Observable } from 'rxjs'
import { noteExit, waitFor, workUntilAborted } from '../../fixtures/desk.js'
import { isOpen, latch, open, opened, signal } from '../latch.js'
import { aborted, chunksOf, currentSignal } from './client.js'

export function describeDisconnects(name, serve) {
  describe(`on ${name}, a client that disconnects`, () => {
    test('aborts the signal, and the call that is waited for', async (t) => {
      const started = latch()
      const done = latch()
      const exited = latch()
      const requestSignal = signal()
      const failed = signal()
      const { url } = await serve(t, {
        block: {
          on: Get('/'),
          handle: async () => {
            requestSignal.resolve(currentSignal())
            await noteExit(exited)
            return waitFor(started, done).catch((error) => {
              failed.resolve(error)
              throw error
            })
          },
        },
      })
      const client = new AbortController()
      const answer = fetch(url, { signal: client.signal }).catch((error) => error.name)
      await opened(started)

      client.abort()

      assert.equal(await answer, 'AbortError')
      assert.equal((await aborted(await requestSignal.promise)).name, 'AbortError')
      assert.equal((await failed.promise).name, 'AbortError')
      assert.equal(isOpen(exited), false)
      open(done)
      await opened(exited)
    })

    test('is no error in the application’s log, and a Nest exception to its filters', async (t) => {
      const [started, done] = [latch(), latch()]
      const logged = []
      const log = () => undefined
      const seen = [signal(), signal()]
      class Filter extends BaseExceptionFilter {
        catch(exception, host) {
          super.catch(exception, host)
          seen[exception instanceof HttpException ? 0 : 1].resolve(exception)
        }
      }
      Catch()(Filter)
      t.after(() => Logger.overrideLogger(false))
      const { url } = await serve(
        t,
        {
          wait: { on: Get('/wait'), handle: () => waitFor(started, done) },
          fail: {
            on: Get('/fail'),
            handle: () => {
              throw new Error('a mistake')
            },
          },
        },
        {
          setup: (app) => {
            app.useLogger({ log, warn: log, debug: log, error: (...line) => logged.push(line) })
            app.useGlobalFilters(new Filter(app.getHttpAdapter()))
          },
        },
      )
      const client = new AbortController()
      const answer = fetch(`${url}/wait`, { signal: client.signal }).catch(({ name }) => name)
      await opened(started)
      client.abort()
      const exception = await seen[0].promise
      open(done)

      assert.equal(await answer, 'AbortError')
      assert.equal(exception.getStatus(), 499)
      assert.equal(exception.name, 'AbortError')
      assert.equal(exception.message, 'The client disconnected')
      assert.deepEqual(logged, [])
      // Errors that are a mistake are logged, by the same logger.
      await fetch(`${url}/fail`)
      await seen[1].promise
      assert.equal(logged.length, 1)
    })

    test('stops the synchronous code that is blocked in asyncToSync', async (t) => {
      const started = latch()
      const stopped = latch()
      const { url } = await serve(t, {
        work: { on: Get('/'), handle: () => workUntilAborted(started, stopped) },
      })
      const client = new AbortController()
      const answer = fetch(url, { signal: client.signal }).catch((error) => error.name)
      await opened(started)

      client.abort()

      assert.equal(await answer, 'AbortError')
      await opened(stopped)
    })

    test('in the middle of server-sent events aborts the signal and ends the context', async (t) => {
      const exited = latch()
      const requestSignal = signal()
      const { url } = await serve(t, {
        events: {
          on: Sse('/'),
          handle: () =>
            new Observable((events) => {
              requestSignal.resolve(currentSignal())
              noteExit(exited).then(() => events.next({ data: 'first' }))
            }),
        },
      })
      const client = new AbortController()
      const chunks = chunksOf(await fetch(url, { signal: client.signal }))
      let text = ''
      while (!text.includes('first')) text += (await chunks.next()).value

      client.abort()

      assert.equal((await aborted(await requestSignal.promise)).name, 'AbortError')
      await opened(exited)
    })

    test('is not seen where the client stays', async (t) => {
      const exited = latch()
      let requestSignal
      const { url } = await serve(t, {
        stay: {
          on: Get('/'),
          handle: async () => {
            requestSignal = currentSignal()
            return [await noteExit(exited)]
          },
        },
      })

      assert.equal((await fetch(url)).status, 200)
      await opened(exited)
      assert.equal(requestSignal.aborted, false)
    })
  })
}
