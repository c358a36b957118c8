import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { syncbridge } from '@syncbridge/hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import type { Dashboard } from '../dashboard/dashboard.js'
import { refuseForeign } from '../doors/foreign-request.js'
import { inRequestScope } from '../doors/request-scope.js'
import { answerProblem } from './answer-problem.js'
import { api } from './api.js'
import { dashboardApi } from './dashboard-api.js'
import { pages } from './pages.js'

const maxBodyBytes = 64 * 1024
const publicFolder = fileURLToPath(new URL('../../public/', import.meta.url))

/** The front door for customers' programs and for the page: a Hono app. */
export function publicApi(dashboard: Dashboard): Hono {
  const app = new Hono()

  app.use((c, next) =>
    inRequestScope({ door: 'hono', method: c.req.method, path: c.req.path }, async (id, done) => {
      c.header('x-request-id', id)
      await next()
      done(c.res.status)
    }),
  )
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'self'"], frameAncestors: ["'self'"] },
      strictTransportSecurity: false,
    }),
  )
  app.use(async (c, next) => {
    refuseForeign(c.req.method, c.req.header('sec-fetch-site'))
    await next()
  })
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: refuseBody }))
  // A stream that lasts for hours needs no thread, so it is ahead of what gives each request one.
  app.route('/dashboard', dashboardApi(dashboard))
  app.get('/back-office', (c) => c.redirect(dashboard.backOffice))
  app.get('/dashboard', serveStatic({ root: publicFolder, path: 'dashboard.html' }))
  // One `ThreadSensitiveContext` a request: what it bridges runs on a thread, and a connection, of its own.
  app.use(syncbridge())

  app.get('/health', (c) => c.json({ status: 'ok' }))
  app.route('/api', api)
  app.route('/', pages)
  app.use(
    '/assets/*',
    serveStatic({ root: publicFolder, rewriteRequestPath: (path) => path.slice('/assets'.length) }),
  )
  app.get('/', serveStatic({ root: publicFolder, path: 'index.html' }))

  app.notFound(() => {
    throw new HTTPException(404, { message: 'There is nothing at this address.' })
  })
  app.onError(answerProblem)
  return app
}

function refuseBody(): never {
  throw new HTTPException(413, { message: `The body is larger than ${maxBodyBytes} bytes.` })
}
