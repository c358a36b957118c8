import { it } from 'node:test'
import { runCheck } from './support/check.js'

// `npm run check:aborts -w @syncbridge/demo` does it ten thousand times.
const transactions = '200'

it('200 transactions that are cut off half-way leave the ledger right, no lock, and the desk serving', (t) =>
  runCheck(t, 'aborts', transactions))
