import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql'
import { MercuriusDriver } from '@nestjs/mercurius'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { ThreadSensitiveContext } from '@syncbridge/core'
import { SyncbridgeModule, Timeout } from '@syncbridge/nestjs'
import { leave, noteExit, thread, waitFor } from './fixtures/desk.js'
import { decorateMethod, start } from './support/app.js'
import { isOpen, latch, open, opened, signal } from './support/latch.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()

/** A server for `{ name: { handle, decorators } }`, each a query that gives an Int. */
async function serve(t, queries) {
  class TestResolver {}
  for (const [name, { decorators = [], handle }] of Object.entries(queries)) {
    Object.defineProperty(TestResolver.prototype, name, {
      configurable: true,
      value: handle,
      writable: true,
    })
    decorateMethod(TestResolver, name, [Query(name), ...decorators])
  }
  Resolver()(TestResolver)
  const fields = Object.keys(queries).map((name) => `${name}: Int`)
  const { url } = await start(
    t,
    {
      imports: [
        SyncbridgeModule.forRoot({ interceptor: { mount: true } }),
        GraphQLModule.forRoot({
          driver: MercuriusDriver,
          typeDefs: `type Query { ${fields.join(' ')} }`,
        }),
      ],
      providers: [TestResolver],
    },
    { adapter: new FastifyAdapter() },
  )
  return (query, options) =>
    fetch(`${url}/graphql`, {
      body: JSON.stringify({ query }),
      headers: { 'content-type': 'application/json' },
      method: 'POST',
      ...options,
    })
}

test('the resolvers of one GraphQL request share a context, which ends with the response', async (t) => {
  const exited = latch()
  const ask = await serve(t, {
    first: { handle: () => noteExit(exited) },
    second: { handle: () => thread() },
  })

  const { data } = await (await ask('{ first second }')).json()
  const { data: next } = await (await ask('{ second }')).json()

  assert.notEqual(data.first, 0)
  assert.equal(data.second, data.first)
  assert.notEqual(next.second, 0)
  await opened(exited)
})

test('two GraphQL requests have a thread each', async (t) => {
  const started = [latch(), latch()]
  const done = latch()
  let arrived = 0
  const ask = await serve(t, { hold: { handle: () => waitFor(started[arrived++], done) } })

  const answers = [ask('{ hold }'), ask('{ hold }')].map(async (one) => (await one).json())
  await Promise.all(started.map(opened))
  open(done)
  const [one, other] = await Promise.all(answers)

  assert.notEqual(one.data.hold, other.data.hold)
})

test('a client of GraphQL that disconnects aborts the signal, and the call that is waited for', async (t) => {
  const [started, done, exited] = [latch(), latch(), latch()]
  const failed = signal()
  const ask = await serve(t, {
    hold: {
      handle: async () => {
        await noteExit(exited)
        return waitFor(started, done).catch((error) => {
          failed.resolve([error, ThreadSensitiveContext.current().signal.aborted])
          throw error
        })
      },
    },
  })
  const client = new AbortController()
  const answer = ask('{ hold }', { signal: client.signal }).catch(({ name }) => name)
  await opened(started)

  client.abort()

  assert.equal(await answer, 'AbortError')
  const [error, aborted] = await failed.promise
  assert.equal(error.name, 'AbortError')
  assert.equal(aborted, true)
  assert.equal(isOpen(exited), false)
  open(done)
  await opened(exited)
})

test('an error of the bridge is a Nest exception to a GraphQL client, too', async (t) => {
  const done = latch()
  const ask = await serve(t, {
    late: { decorators: [Timeout(30)], handle: () => waitFor(latch(), done) },
    leave: { handle: () => leave(3) },
  })

  const late = await (await ask('{ late }')).json()
  open(done)
  const left = await (await ask('{ leave }')).json()

  assert.match(JSON.stringify(late.errors), /Gateway Timeout/)
  assert.match(JSON.stringify(left.errors), /Internal Server Error/)
  assert.doesNotMatch(JSON.stringify(left.errors), /exit code/)
})
