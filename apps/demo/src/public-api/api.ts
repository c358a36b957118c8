import { type Context, Hono } from 'hono'
import { check, idempotencyKeyOf, invoiceIdOf, page } from '../doors/input.js'
import { sessionCookie, tokenOf, userOf } from '../doors/session-token.js'
import { readBalance } from '../ledger/balance.js'
import { listCustomers } from '../ledger/customers.js'
import { listInvoices, readInvoice } from '../ledger/invoices.js'
import { newInvoice } from '../ledger/new-invoice.js'
import { postInvoice } from '../ledger/post-invoice.js'
import { closeSession, readSession } from '../sign-in/session.js'
import { credentials, signIn } from '../sign-in/sign-in.js'
import { invoicesCsv, wantedInvoices } from './invoices-csv.js'
import { jsonOf } from './json-body.js'

export const api = new Hono()

api.post('/sign-in', async (c) => {
  const { token, user } = await signIn(check(credentials, await jsonOf(c)))
  c.header('set-cookie', sessionCookie(token))
  c.header('cache-control', 'no-store')
  return c.json({ token, user })
})

api.post('/sign-out', async (c) => {
  const token = sessionOf(c)
  if (token !== undefined) await closeSession(token)
  c.header('set-cookie', sessionCookie())
  return c.body(null, 204)
})

api.get('/session', async (c) => {
  const token = sessionOf(c)
  return c.json({ user: (token === undefined ? undefined : await readSession(token)) ?? null })
})

api.get('/invoices', async (c) => c.json(await listInvoices(check(page, c.req.query()))))

// A route that is itself a synchronous function.
api.get('/invoices.csv', wantedInvoices, invoicesCsv)

api.get('/invoices/:id', async (c) => c.json(await readInvoice(invoiceIdOf(c.req.param('id')))))

api.post('/invoices', async (c) => {
  const user = await userOf(sessionOf(c))
  const key = idempotencyKeyOf(c.req.header('idempotency-key'))
  const draft = check(newInvoice, await jsonOf(c))
  const invoice = await postInvoice(draft, key === undefined ? undefined : { userId: user.id, key })
  return c.json(invoice, 201, { location: `/api/invoices/${invoice.id}` })
})

api.get('/customers', async (c) => c.json({ customers: await listCustomers() }))

api.get('/ledger/balance', async (c) => c.json(await readBalance()))

function sessionOf(c: Context): string | undefined {
  return tokenOf({ authorization: c.req.header('authorization'), cookie: c.req.header('cookie') })
}
