import { it } from 'node:test'
import { runCheck } from './support/check.js'

it(
  '200 clients at once leave the ledger right and /health at least four times as quick as without the bridge',
  {
    // Two desks one after the other, each with 200 clients, and that twice where the machine is busy elsewhere.
    timeout: 115_000,
  },
  (t) => runCheck(t, 'concurrency'),
)
