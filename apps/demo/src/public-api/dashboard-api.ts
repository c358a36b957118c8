import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Dashboard, Said } from '../dashboard/dashboard.js'
import { loadWanted } from '../dashboard/load.js'
import { check, invoiceIdOf } from '../doors/input.js'
import { jsonOf } from './json-body.js'

/** What the dashboard's page asks for. */
export function dashboardApi(dashboard: Dashboard): Hono {
  const api = new Hono()

  api.get('/events', (c) =>
    streamSSE(c, async (stream) => {
      const write = (said: Said) =>
        void stream.writeSSE({ event: said.kind, data: JSON.stringify(said) })
      let stop = () => {}
      await new Promise<void>((end) => {
        stream.onAbort(end)
        stop = dashboard.watch(write, end)
      })
      stop()
    }),
  )

  api.post('/load', async (c) => {
    dashboard.startLoad(check(loadWanted, await jsonOf(c)))
    return c.json({ started: true }, 202)
  })

  api.get('/path/:id', async (c) =>
    c.json(await dashboard.tracePath(invoiceIdOf(c.req.param('id')))),
  )

  return api
}
