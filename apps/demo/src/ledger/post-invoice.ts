import { log } from '../logging/log.js'
import type { NewInvoice } from './new-invoice.js'
import { begin, commit, credit, debit, type EnteredInvoice, enter, rollback } from './posting.js'

/**
 * Makes an invoice and posts it to the ledger: all of it, or nothing.
 *
 * This is one database transaction made of several awaited calls. Between two of them the main thread serves other
 * requests, which post invoices of their own. Nothing gets mixed up, because the front door opened a
 * `ThreadSensitiveContext` for this request: its calls have a thread, and so a connection, to themselves.
 *
 * @throws UnknownCustomerError, UnbalancedError, LedgerBusyError
 */
export async function postInvoice(draft: NewInvoice): Promise<EnteredInvoice> {
  await begin()
  try {
    const invoice = await enter(draft)
    await debit(invoice.id, 'receivables', invoice.total)
    await credit(invoice.id, 'sales', invoice.net)
    if (invoice.tax > 0) await credit(invoice.id, 'tax', invoice.tax)
    await commit(invoice)
    return invoice
  } catch (error) {
    // At once, rather than when the request ends: others are waiting for the lock.
    await rollback().catch((failure) => log.warn('could not roll back', { reason: `${failure}` }))
    throw error
  }
}
