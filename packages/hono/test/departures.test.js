import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import { configure, shutdown, stats } from '@syncbridge/core'
import { syncbridge } from '@syncbridge/hono'
import { Hono } from 'hono'
import { thread } from './fixtures/desk.js'
import {
  hinderReports,
  letGoOfReports,
  rendered,
  renderRoute,
  takeRendered,
} from './fixtures/routes.js'
import { signal } from './support/latch.js'
import { forbidUnhandledRejections } from './support/rejections.js'
import { listen } from './support/server.js'
import { until } from './support/until.js'

forbidUnhandledRejections()
after(() => shutdown({ timeout: 5_000 }))

const CLIENTS = 1000
const AT_ONCE = 100
const THREADS = 4
const atRest = 'the bridge did not come to rest'

configure({ leased: { maxThreads: THREADS } })

/** Counts up to a number, and then resolves. */
function countdown(from) {
  const { promise, resolve } = signal()
  let left = from
  return {
    promise,
    tick() {
      left -= 1
      if (left === 0) resolve()
    },
  }
}

for (const [what, guard] of [
  ['a route inside syncbridge()', (app) => app.use(syncbridge())],
  ['a sync route on its own', () => {}],
]) {
  test(`a thousand clients that leave while ${what} renders their report leave nothing behind`, async (t) => {
    const app = new Hono()
    let [arrived, settled] = [countdown(0), countdown(0)]
    app.use(async (_c, next) => {
      arrived.tick()
      await next()
      settled.tick()
    })
    guard(app)
    app.get('/report', renderRoute)
    app.get('/next', async (c) => c.json(await thread()))
    const url = new URL(await listen(t, app))
    hinderReports(true)
    // Every thread has rendered before anybody leaves.
    const first = Array.from({ length: THREADS }, () => fetch(`${url.origin}/report`))
    await until(() => rendered() === THREADS, atRest)
    letGoOfReports()
    for (const response of await Promise.all(first)) assert.equal(response.status, 200)
    takeRendered()

    for (let count = 0; count < CLIENTS; count += AT_ONCE) {
      arrived = countdown(AT_ONCE)
      settled = countdown(AT_ONCE)
      const sockets = await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          const socket = connect(Number(url.port), url.hostname)
          socket.on('error', () => {})
          await once(socket, 'connect')
          socket.write(`GET /report HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`)
          return socket
        }),
      )
      await arrived.promise
      for (const socket of sockets) socket.destroy()
      // Nobody waits for what is rendering, although it goes on.
      await settled.promise
      await until(() => {
        // Each time anew: a call that its thread had taken may begin only now.
        letGoOfReports()
        return stats().threads.every(({ state }) => state === 'idle')
      }, atRest)
    }

    const { contexts, queued, calls } = stats()
    assert.deepEqual([contexts, queued, calls.pending], [0, 0, 0])
    // What was running when its client left runs to its end, and nothing else does: one on each thread, each time.
    const count = takeRendered()
    assert.ok(count > 0 && count <= (CLIENTS / AT_ONCE) * THREADS, `${count} were rendered`)
    hinderReports(false)
    assert.equal((await fetch(`${url.origin}/next`)).status, 200)
    assert.equal(await (await fetch(`${url.origin}/report`)).text(), 'a report')
    takeRendered()
  })
}
