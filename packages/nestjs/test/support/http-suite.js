import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import {
  Catch,
  Get,
  HttpException,
  Param,
  Res,
  Sse,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common'
import { configure, QueueFullError, ThreadSensitiveContext } from '@syncbridge/core'
import { SyncbridgeInterceptor, SyncbridgeModule } from '@syncbridge/nestjs'
import { Observable, of } from 'rxjs'
import {
  begin,
  leave,
  noteExit,
  rename,
  request,
  requestId,
  thread,
  waitFor,
  whose,
} from '../fixtures/desk.js'
import { controllerOf, start } from './app.js'
import { isOpen, latch, open, opened, signal } from './latch.js'

const json = async (url) => (await fetch(url)).json()
const currentSignal = () => ThreadSensitiveContext.current().signal

function aborted(target) {
  return new Promise((resolve) => {
    if (target.aborted) resolve(target.reason)
    target.addEventListener('abort', () => resolve(target.reason))
  })
}

async function* chunksOf(response) {
  const decoder = new TextDecoder()
  for await (const chunk of response.body) yield decoder.decode(chunk)
}

/** What holds on every HTTP adapter. `makeAdapter` makes one, or nothing for Nest's default. */
export function describeHttp(name, makeAdapter) {
  const serve = (t, handlers, { metadata = {}, setup, decorators } = {}) =>
    start(
      t,
      { controllers: [controllerOf(handlers, decorators)], ...metadata },
      { adapter: makeAdapter(), setup },
    )

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

    test('keeps what is begun on its thread, and its Locals, apart from forty others', async (t) => {
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

      const ids = Array.from({ length: 40 }, (_, index) => `request-${index}`)
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

  describe(`on ${name}, the context ends with the response`, () => {
    test('when a value was returned, or an Observable completed', async (t) => {
      const exited = { value: latch(), many: latch() }
      const { url } = await serve(t, {
        value: {
          on: Get('/value'),
          handle: async () => [await noteExit(exited.value)],
        },
        many: {
          on: Get('/many'),
          handle: async () => {
            await noteExit(exited.many)
            return of([1], [2], [3])
          },
        },
      })

      await json(`${url}/value`)
      await opened(exited.value)
      assert.deepEqual(await json(`${url}/many`), [3])
      await opened(exited.many)
    })

    test('when the handler threw', async (t) => {
      const exited = latch()
      const { url } = await serve(t, {
        fail: {
          on: Get('/'),
          handle: async () => {
            await noteExit(exited)
            throw new HttpException('no', 418)
          },
        },
      })

      assert.equal((await fetch(url)).status, 418)
      await opened(exited)
    })

    test('after the last server-sent event, all of which are produced inside it', async (t) => {
      const exited = latch()
      const last = signal()
      const { url } = await serve(t, {
        events: {
          on: Sse('/'),
          handle: () =>
            new Observable((events) => {
              const produce = async () => {
                events.next({ data: String(await noteExit(exited)) })
                await last.promise
                events.next({ data: String(await thread()) })
                events.complete()
              }
              produce()
            }),
        },
      })

      const seen = []
      for await (const chunk of chunksOf(await fetch(url))) {
        const data = chunk.match(/data: (\d+)/)?.[1]
        if (data === undefined) continue
        seen.push(data)
        if (seen.length === 1) assert.equal(isOpen(exited), false)
        last.resolve()
      }

      assert.equal(seen.length, 2)
      assert.equal(seen[1], seen[0])
      await opened(exited)
    })

    test('after the last chunk of a StreamableFile, all of which are produced inside it', async (t) => {
      const exited = latch()
      const last = signal()
      async function* produce() {
        yield `${await noteExit(exited)} `
        await last.promise
        for (let count = 0; count < 3; count += 1) yield `${await thread()} `
      }
      const { url } = await serve(t, {
        file: { on: Get('/'), handle: () => new StreamableFile(Readable.from(produce())) },
      })

      let text = ''
      for await (const chunk of chunksOf(await fetch(url))) {
        if (text === '') assert.equal(isOpen(exited), false)
        text += chunk
        last.resolve()
      }

      const threads = text.trim().split(' ')
      assert.equal(threads.length, 4)
      assert.equal(new Set(threads).size, 1)
      await opened(exited)
    })

    test('when the handler sends the response itself', async (t) => {
      const exited = latch()
      const last = signal()
      const { url } = await serve(t, {
        own: {
          on: Get('/'),
          params: [Res()],
          handle: async (response) => {
            await noteExit(exited)
            const raw = response.raw ?? response
            response.hijack?.()
            raw.write('first ')
            last.promise.then(() => raw.end('last'))
          },
        },
      })

      let text = ''
      for await (const chunk of chunksOf(await fetch(url))) {
        if (text === '') assert.equal(isOpen(exited), false)
        text += chunk
        last.resolve()
      }

      assert.equal(text, 'first last')
      await opened(exited)
    })
  })

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

    test('500 when the thread exited, and the next request is served', async (t) => {
      const { url } = await serve(t, failing(latch(), latch()))

      assert.equal((await fetch(`${url}/leave`)).status, 500)
      assert.equal((await fetch(`${url}/thread`)).status, 200)
    })
  })
}
