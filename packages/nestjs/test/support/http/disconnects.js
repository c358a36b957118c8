import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Get, Sse } from '@nestjs/common'
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
