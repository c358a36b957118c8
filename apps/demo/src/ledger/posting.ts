import { onRequestEnd, sensitive } from '../bridge-switch.js'
import { UnbalancedError, UnknownCustomerError } from '../desk-error.js'
import { log } from '../logging/log.js'
import { taxOn } from '../money.js'
import { ledger, row, write } from './connection.js'
import { invoiceNumber } from './invoice-number.js'
import type { NewInvoice } from './new-invoice.js'

// The steps of one transaction. They are synchronous and run on the thread that the request holds, so from `begin` to
// `commit` they share that thread's connection, however many awaits lie between them.

const daysToPay = 30

export type AccountRole = 'bank' | 'receivables' | 'tax' | 'sales'
export type EnteredInvoice = {
  id: number
  number: string
  net: number
  tax: number
  total: number
}

/**
 * Opens the transaction and takes the ledger's write lock.
 *
 * @throws LedgerBusyError when other postings keep the lock for too long.
 */
export const begin = sensitive(function begin(): void {
  // A request can end without getting to its own rollback: its client hangs up, or its time runs out. Asked for first, so
  // that outside a request, where nobody would roll back, no transaction begins.
  onRequestEnd(rollBackIfOpen)
  log.debug('posting begins')
  write('BEGIN IMMEDIATE')
})

/**
 * Writes the invoice and its lines under the next number; numbers have no gaps, because the transaction holds the lock.
 *
 * @throws UnknownCustomerError
 */
export const enter = sensitive(function enter(draft: NewInvoice): EnteredInvoice {
  if (!row('SELECT 1 FROM customers WHERE id = ?', draft.customerId)) {
    throw new UnknownCustomerError(draft.customerId)
  }
  const net = draft.lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0)
  const tax = taxOn(net, draft.currency)
  const number = nextNumber()
  const id = write(
    `INSERT INTO invoices (number, customer_id, currency, issued_on, due_on, net, tax, total)
     VALUES (?, ?, ?, date('now'), date('now', ?), ?, ?, ?)`,
    number,
    draft.customerId,
    draft.currency,
    `+${daysToPay} days`,
    net,
    tax,
    net + tax,
  )
  for (const [index, line] of draft.lines.entries()) {
    write(
      'INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)',
      id,
      index + 1,
      line.description,
      line.quantity,
      line.unitPrice,
      line.quantity * line.unitPrice,
    )
  }
  return { id, number, net, tax, total: net + tax }
})

/** Debits the account that plays `role` in the invoice's currency by `amount` minor units. */
export const debit = sensitive(function debit(
  invoiceId: number,
  role: AccountRole,
  amount: number,
): void {
  post(invoiceId, role, amount)
})

/** Credits the account that plays `role` in the invoice's currency by `amount` minor units. */
export const credit = sensitive(function credit(
  invoiceId: number,
  role: AccountRole,
  amount: number,
): void {
  post(invoiceId, role, -amount)
})

/**
 * Makes the transaction lasting, if its debits equal its credits.
 *
 * @throws UnbalancedError when they don't.
 */
export const commit = sensitive(function commit(invoice: EnteredInvoice): void {
  const sum = row<{ difference: number }>(
    'SELECT coalesce(sum(amount), 0) AS difference FROM postings WHERE invoice_id = ?',
    invoice.id,
  )
  if (sum?.difference !== 0) throw new UnbalancedError(invoice.number, sum?.difference ?? 0)
  write('COMMIT')
  log.info('posted invoice', { invoice: invoice.number, total: invoice.total })
})

/** Ends a transaction in which nothing was written. */
export const leave = sensitive(function leave(): void {
  write('COMMIT')
})

/** Undoes the transaction, if one is open. */
export const rollback = sensitive(rollBackIfOpen)

function rollBackIfOpen(): void {
  if (!ledger().isTransaction) return
  write('ROLLBACK')
  log.warn('rolled back an unfinished posting')
}

function post(invoiceId: number, role: AccountRole, amount: number): void {
  write(
    `INSERT INTO postings (invoice_id, account_id, posted_on, amount)
     SELECT invoices.id, accounts.id, date('now'), ?
     FROM invoices JOIN accounts ON accounts.currency = invoices.currency
     WHERE invoices.id = ? AND accounts.role = ?`,
    amount,
    invoiceId,
    role,
  )
}

function nextNumber(): string {
  const year = new Date().getUTCFullYear()
  const last = row<{ number: string }>(
    'SELECT number FROM invoices WHERE number > ? AND number < ? ORDER BY number DESC LIMIT 1',
    `${year}-`,
    `${year + 1}-`,
  )
  return invoiceNumber(year, last === undefined ? 1 : Number(last.number.slice(5)) + 1)
}
