import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Get } from '@nestjs/common'
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus'
import { configure, shutdown, stats, ThreadSensitiveContext } from '@syncbridge/core'
import { SkipBridge, SyncbridgeHealthIndicator, SyncbridgeModule } from '@syncbridge/nestjs'
import { waitFor } from './fixtures/desk.js'
import { controllerOf, start } from './support/app.js'
import { injectable } from './support/inject.js'
import { latch, open, opened } from './support/latch.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()

async function serve(t, threads = {}, timeout = 30_000) {
  const HealthController = controllerOf(
    {
      check: {
        on: [Get('health'), HealthCheck(), SkipBridge()],
        handle() {
          return this.health.check([() => this.bridge.isHealthy('threads', { timeout })])
        },
      },
    },
    [],
  )
  class Wired extends HealthController {
    constructor(health, bridge) {
      super()
      Object.assign(this, { bridge, health })
    }
  }
  injectable(Wired, HealthCheckService, SyncbridgeHealthIndicator)
  t.after(async () => {
    await shutdown({ timeout: 100 })
    configure({
      execArgv: undefined,
      leased: { leaseTimeout: 30_000, maxQueue: 1000, maxThreads: 8 },
    })
  })
  const { url } = await start(t, {
    controllers: [Wired],
    imports: [SyncbridgeModule.forRoot({ threads }), TerminusModule.forRoot({ logger: false })],
  })
  return async () => {
    const response = await fetch(`${url}/health`)
    const { details } = await response.json()
    return { status: response.status, ...details.threads, http: response.status }
  }
}

describe('to @nestjs/terminus the bridge is', () => {
  test('up where a thread answers', async (t) => {
    const check = await serve(t)
    const { http, status, threads } = await check()
    assert.deepEqual([http, status, threads], [200, 'up', 1])
  })

  test('up where all threads are busy, and nobody is refused', async (t) => {
    const check = await serve(t, { leased: { maxThreads: 1 } }, 100)
    const [started, done] = [latch(), latch()]
    const holding = new ThreadSensitiveContext().run(() => waitFor(started, done))
    await opened(started)

    const { http, status } = await check()
    open(done)
    await holding

    assert.deepEqual([http, status], [200, 'up'])
  })

  test('down where the queue is full', async (t) => {
    const check = await serve(t, { leased: { maxQueue: 1, maxThreads: 1 } })
    const [started, done] = [latch(), latch()]
    const hold = () => new ThreadSensitiveContext().run(() => waitFor(started, done))
    const holding = [hold(), hold()]
    await opened(started)
    while (stats().queued === 0) await new Promise((resolve) => setImmediate(resolve))

    const { http, message, queued, status } = await check()
    open(done)
    await Promise.all(holding)

    assert.deepEqual([http, status, queued], [503, 'down', 1])
    assert.match(message, /leased\.maxQueue/)
  })

  test('down where threads can’t start', async (t) => {
    const check = await serve(t, { execArgv: ['--import', 'data:text/javascript,throw 1'] })
    const { http, message, status } = await check()
    assert.deepEqual([http, status], [503, 'down'])
    assert.match(message, /could not start|ended/)
  })
})
