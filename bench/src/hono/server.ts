// The server to measure, in a process of its own: an app with the middleware or without. It sends its port to its parent and
// ends with it.
import { serve } from '@hono/node-server'
import { syncbridge } from '@syncbridge/hono'
import { type Context, Hono } from 'hono'
import { block, blockInThread } from './blocking-call.js'

const [, , variant] = process.argv
if (variant !== 'bare' && variant !== 'syncbridge') throw new Error(`No such app: ${variant}`)

const app = new Hono()
if (variant === 'syncbridge') app.use(syncbridge())
// The same middleware but ours: what an app pays for having any is not what ours costs.
else app.use((_c, next) => next())
app.get('/quick', (c) => c.json({ hello: 'world' }))
app.get('/block/:ms', async (c: Context) => {
  const ms = Number(c.req.param('ms'))
  return c.json(variant === 'syncbridge' ? await blockInThread(ms) : block(ms))
})

process.on('disconnect', () => process.exit())
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.send?.({ port }))
