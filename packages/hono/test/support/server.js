import { once } from 'node:events'
import { serve } from '@hono/node-server'

/** Serves the app on a free port of the loopback for the duration of a test. */
export async function listen(t, app, options = {}) {
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0, ...options })
  if (!server.listening) await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections?.()
    server.close()
  })
  return `http://127.0.0.1:${server.address().port}`
}
