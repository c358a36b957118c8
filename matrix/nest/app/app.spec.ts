import type { AddressInfo } from 'node:net'
import type { INestApplication } from '@nestjs/common'
import { Test } from '@nestjs/testing'
import { stats } from '@syncbridge/core'
import { getBridgedToken } from '@syncbridge/nestjs'
import { AppModule } from './app.module.js'
import { Connection } from './connection.js'
import { LedgerController } from './ledger.controller.js'
import { LedgerService } from './ledger.service.js'
import { createApp } from './platform.js'

async function listen(app: INestApplication): Promise<string> {
  await app.listen(0, '127.0.0.1')
  const { port } = app.getHttpServer().address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

describe('an application', () => {
  let app: INestApplication
  let url: string
  const json = async (path: string, init?: RequestInit) => (await fetch(url + path, init)).json()

  beforeAll(async () => {
    const testing = await Test.createTestingModule({ imports: [AppModule] }).compile()
    app = createApp(testing)
    url = await listen(app)
  })

  afterAll(async () => {
    await app.close()
    expect(stats().threads).toEqual([])
  })

  it('has a request’s functions and services run on one thread', async () => {
    const threads = (await json('/threads')) as number[]
    expect(threads[0]).not.toBe(0)
    expect(new Set(threads).size).toBe(1)
  }, 30_000)

  it('keeps the transactions of 200 requests apart', async () => {
    const transfer = (id: number) => fetch(`${url}/transfer/${id}`, { method: 'POST' })
    const answers = await Promise.all(Array.from({ length: 200 }, (_, id) => transfer(id)))
    for (const answer of answers) {
      expect(answer.status).toBe(201)
      const [first, second] = (await answer.json()) as number[]
      expect(second).toBe(first)
    }
    expect(await json('/balances')).toEqual([
      { account: 'alice', cents: -1000 },
      { account: 'bob', cents: 1000 },
    ])
  }, 60_000)

  it('runs async code that a thread blocks for on its own loop', async () => {
    const [thread, ...others] = (await json('/convert/21')) as number[]
    expect(thread).not.toBe(0)
    expect(others).toEqual([0, 42])
  })

  it('answers with the exceptions of its services', async () => {
    const { status } = await fetch(`${url}/accounts/carol`)
    expect(status).toBe(404)
    expect(await json('/accounts/carol')).toEqual({
      error: 'Not Found',
      message: 'no account carol',
      statusCode: 404,
    })
  })

  it('answers 504 where @Timeout() has passed', async () => {
    const { status } = await fetch(`${url}/late`)
    expect(status).toBe(504)
  })

  it('leaves a handler with @SkipBridge() without a context', async () => {
    expect(await json('/skipped')).toEqual({ inContext: false })
  })

  it('produces server-sent events on one thread', async () => {
    const text = await (await fetch(`${url}/events`)).text()
    const threads = [...text.matchAll(/data: (\d+)/g)].map(([, thread]) => thread)
    expect(threads.length).toBe(3)
    expect(new Set(threads).size).toBe(1)
  })

  it('aborts a request’s signal when its client disconnects', async () => {
    const controller = app.get(LedgerController)
    const client = new AbortController()
    const answer = fetch(`${url}/hold`, { signal: client.signal }).catch(
      (error: Error) => error.name,
    )
    while (!controller.signal) await new Promise((resolve) => setTimeout(resolve, 5))
    client.abort()
    expect(await answer).toBe('AbortError')
    const { signal } = controller
    while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5))
    expect((signal.reason as Error).name).toBe('AbortError')
  })
})

describe('a test of an application', () => {
  it('puts an instance of the real class in the place of the threads', async () => {
    const connection = new Connection()
    const testing = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(getBridgedToken(LedgerService))
      .useValue(new LedgerService(connection))
      .compile()
    const app = createApp(testing)
    const url = await listen(app)
    expect(testing.get(getBridgedToken(LedgerService))).toBeInstanceOf(LedgerService)
    expect((await fetch(`${url}/accounts/carol`)).status).toBe(404)
    expect(stats().threads).toEqual([])
    await app.close()
    connection.onModuleDestroy()
  }, 30_000)
})
