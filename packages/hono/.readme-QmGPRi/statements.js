// statements.js
import { syncHandler } from '@syncbridge/hono'
import { Hono } from 'hono'
import { db } from './ledger.js'

export const statements = new Hono()

statements.get(
  '/:account',
  syncHandler(({ params }) => {
    const postings = db.prepare('SELECT cents FROM posting WHERE account = ?').all(params.account)
    if (postings.length === 0)
      return { status: 404, body: { error: `no account ${params.account}` } }
    return { account: params.account, postings }
  }),
)

statements.get(
  '/:account/csv',
  syncHandler(function* ({ params }) {
    yield { headers: { 'Content-Type': 'text/csv' } }
    yield 'account,cents\n'
    const postings = db.prepare('SELECT cents FROM posting WHERE account = ?')
    for (const { cents } of postings.iterate(params.account)) yield `${params.account},${cents}\n`
  }),
)

// A module that knows nothing of this one, named by its URL: its default export, or `{ name: 'total' }`.
statements.post(
  '/import',
  syncHandler(new URL('./import.js', import.meta.url), { bodyLimit: 100_000 }),
)
