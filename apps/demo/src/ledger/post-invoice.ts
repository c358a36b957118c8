import { log } from '../logging/log.js'
import type { NewInvoice } from './new-invoice.js'
import { findPosted, type Once, rememberPosted } from './posted-once.js'
import {
  begin,
  commit,
  credit,
  debit,
  type EnteredInvoice,
  enter,
  leave,
  rollback,
} from './posting.js'

/**
 * Makes an invoice and posts it to the ledger: all of it, or nothing.
 *
 * This is one database transaction made of several awaited calls. Between two of them the main thread serves other
 * requests, which post invoices of their own. Nothing gets mixed up, because the front door opened a
 * `ThreadSensitiveContext` for this request: its calls have a thread, and so a connection, to themselves.
 *
 * @param once Sent twice under one key, it is posted once, and both get the same answer.
 * @throws UnknownCustomerError, UnbalancedError, LedgerBusyError, KeyReusedError
 */
export async function postInvoice(draft: NewInvoice, once?: Once): Promise<EnteredInvoice> {
  await begin()
  try {
    const earlier = once && (await findPosted(once, draft))
    if (earlier) {
      await leave()
      return earlier
    }
    const invoice = await enter(draft)
    await debit(invoice.id, 'receivables', invoice.total)
    await credit(invoice.id, 'sales', invoice.net)
    if (invoice.tax > 0) await credit(invoice.id, 'tax', invoice.tax)
    if (once) await rememberPosted(once, draft, invoice.id)
    await commit(invoice)
    return invoice
  } catch (error) {
    // At once, rather than when the request ends: others are waiting for the lock.
    await rollback().catch((failure) => log.warn('could not roll back', { reason: `${failure}` }))
    throw error
  }
}
