import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { Get, HttpException, Res, Sse, StreamableFile } from '@nestjs/common'
import { Observable, of } from 'rxjs'
import { noteExit, thread } from '../../fixtures/desk.js'
import { isOpen, latch, opened, signal } from '../latch.js'
import { chunksOf, json } from './client.js'

export function describeEndings(name, serve) {
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
}
