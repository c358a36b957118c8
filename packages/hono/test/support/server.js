import { once } from 'node:events'
import { serve } from '@hono/node-server'
import { getRuntimeKey } from 'hono/adapter'

/** Serves the app by the runtime's own server, on a free port of the loopback, for the duration of a test. */
export async function listen(t, app) {
  switch (getRuntimeKey()) {
    case 'bun': {
      const server = Bun.serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 })
      t.after(() => server.stop(true))
      return `http://127.0.0.1:${server.port}`
    }
    case 'deno': {
      const options = { hostname: '127.0.0.1', port: 0, onListen: () => {} }
      const server = Deno.serve(options, (request, info) => app.fetch(request, info))
      // Not awaited: it would wait for connections that clients keep alive.
      t.after(() => void server.shutdown())
      return `http://127.0.0.1:${server.addr.port}`
    }
    default:
      return listenByNode(t, app)
  }
}

/** The same by `@hono/node-server`, on whichever runtime: for what only it has, such as `c.env.outgoing`. */
export async function listenByNode(t, app, options = {}) {
  // Bun's and Deno's own servers refuse the responses that it would put in the place of theirs.
  const overrideGlobalObjects = getRuntimeKey() === 'node'
  const address = { hostname: '127.0.0.1', port: 0 }
  const server = serve({ fetch: app.fetch, ...address, overrideGlobalObjects, ...options })
  if (!server.listening) await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections?.()
    server.close()
  })
  return `http://127.0.0.1:${server.address().port}`
}
