import { it } from 'node:test'
import { runCheck } from './support/check.js'

// How quick it stays meanwhile is no matter for a machine that does other things beside: `npm run check:concurrency -w @syncbridge/demo`.
const clients = 50

it(
  `${clients} clients at once leave the ledger right, each is served or refused in so many words, and /health answers`,
  {
    timeout: 115_000,
  },
  (t) => runCheck(t, 'concurrency', String(clients), 'ledger-only'),
)
