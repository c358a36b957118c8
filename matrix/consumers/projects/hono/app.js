import { syncbridge } from '@syncbridge/hono'
import { Hono } from 'hono'
import { customer, invoice, OutOfStock } from './shop.js'

export const app = new Hono()
app.use(syncbridge())
app.use(async (c, next) => {
  customer.isKnown = c.req.query('known') === 'yes'
  await next()
})
app.get('/invoice/:items', async (c) => c.json(await invoice(c.req.param('items').split(','))))
app.onError((error, c) => {
  if (error instanceof OutOfStock) return c.json({ item: error.item }, 404)
  throw error
})
