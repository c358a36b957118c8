// app.js
import { serve } from '@hono/node-server'
import { syncbridge } from '@syncbridge/hono'
import { Hono } from 'hono'
import { balance, begin, commit, post } from './ledger.js'
import { statements } from './statements.js'

const app = new Hono()
app.use(syncbridge({ timeout: 30_000 }))

app.post('/transfer/:from/:to/:cents', async (c) => {
  const { from, to, cents } = c.req.param()
  await begin()
  await post(from, -cents)
  await post(to, cents)
  await commit()
  return c.text('transferred', 201)
})
app.get('/balance/:account', async (c) => c.json(await balance(c.req.param('account'))))
app.route('/statements', statements)

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`http://localhost:${port}`)
})
