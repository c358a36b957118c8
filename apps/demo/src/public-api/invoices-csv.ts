import {
  type SyncChunk,
  type SyncRequest,
  type SyncResponseHead,
  syncHandler,
} from '@syncbridge/hono'
import { validator } from 'hono/validator'
import { check, filter } from '../doors/input.js'
import { eachInvoice } from '../ledger/invoices.js'

/** What is asked for, checked before a thread is asked for it. */
export const wantedInvoices = validator('query', (query) => check(filter, query))

/**
 * The invoices that match, as a file. The route is a synchronous generator: it runs on the request's thread, no faster than the
 * client reads, and ends with the download, also one that is broken off.
 */
export const invoicesCsv = syncHandler(function* invoicesCsv({
  valid,
}: SyncRequest<'/invoices.csv', typeof wantedInvoices>): Generator<SyncResponseHead | SyncChunk> {
  yield {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="invoices.csv"',
    },
  }
  yield 'number,customer,issued_on,due_on,status,currency,total\r\n'
  for (const each of eachInvoice(valid.query)) {
    const { number, customer, issuedOn, dueOn, status, currency, total } = each
    yield `${[number, quoted(customer), issuedOn, dueOn, status, currency, (total / 100).toFixed(2)].join(',')}\r\n`
  }
})

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
