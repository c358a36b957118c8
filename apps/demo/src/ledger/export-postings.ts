import { syncToAsync } from '@syncbridge/core'
import { ledger } from './connection.js'

const linesAtOnce = 500

/**
 * Every posting as CSV. A generator of synchronous code, and so an async generator for whoever awaits it: SQLite steps through
 * the rows as fast as the reader takes them, and there is never more of them in memory than one piece.
 */
export const exportPostings = syncToAsync(function* exportPostings(): Generator<string> {
  yield 'posting,posted_on,invoice,account,currency,amount\r\n'
  const found = ledger()
    .prepare(
      `SELECT postings.id, posted_on, invoices.number, code, accounts.currency, amount
       FROM postings JOIN accounts ON accounts.id = account_id JOIN invoices ON invoices.id = invoice_id
       ORDER BY postings.id`,
    )
    .iterate()
  let piece = ''
  let lines = 0
  for (const posting of found) {
    piece += `${Object.values(posting).join(',')}\r\n`
    if (++lines % linesAtOnce > 0) continue
    yield piece
    piece = ''
  }
  yield piece
})
