import { sensitive } from '../bridge-switch.js'
import { UnknownInvoiceError } from '../desk-error.js'
import type { Currency } from '../money.js'
import { ledger, row, rows } from './connection.js'

export type InvoiceStatus = 'paid' | 'open' | 'overdue'
export type InvoiceSummary = {
  id: number
  number: string
  customer: string
  currency: Currency
  issuedOn: string
  dueOn: string
  status: InvoiceStatus
  total: number
}
export type InvoiceLine = {
  description: string
  quantity: number
  unitPrice: number
  amount: number
}
export type Invoice = InvoiceSummary & {
  paidOn: string | null
  net: number
  tax: number
  customerEmail: string
  street: string
  city: string
  country: string
  lines: InvoiceLine[]
}
export type CurrencyTotal = { currency: Currency; invoices: number; total: number }
export type InvoicePage = {
  invoices: InvoiceSummary[]
  /** How many match, on all pages. */
  total: number
  totals: CurrencyTotal[]
}
/** Which invoices are wanted; an empty text leaves a filter out. */
export type Filter = { q: string; status: InvoiceStatus | ''; currency: Currency | '' }
export type Page = Filter & { limit: number; offset: number }

const summary = `
  invoices.id, number, customers.name AS customer, invoices.currency, issued_on AS issuedOn, due_on AS dueOn, total,
  CASE WHEN paid_on IS NOT NULL THEN 'paid' WHEN due_on < date('now') THEN 'overdue' ELSE 'open' END AS status`

const withCustomer = 'FROM invoices JOIN customers ON customers.id = customer_id'

const found = `
  FROM (SELECT ${summary} ${withCustomer})
  WHERE (number LIKE ?1 ESCAPE '\\' OR customer LIKE ?1 ESCAPE '\\')
    AND (?2 = '' OR status = ?2) AND (?3 = '' OR currency = ?3)`

const newestFirst = 'ORDER BY issuedOn DESC, id DESC'

/** The newest invoices that match, how many there are in all, and what they come to in each currency. */
export const listInvoices = sensitive(function listInvoices(wanted: Page): InvoicePage {
  const invoices = rows<InvoiceSummary>(
    `SELECT * ${found} ${newestFirst} LIMIT ?4 OFFSET ?5`,
    ...valuesOf(wanted),
    wanted.limit,
    wanted.offset,
  )
  const totals = rows<CurrencyTotal>(
    `SELECT currency, count(*) AS invoices, sum(total) AS total ${found} GROUP BY currency ORDER BY currency`,
    ...valuesOf(wanted),
  )
  return { invoices, total: totals.reduce((sum, each) => sum + each.invoices, 0), totals }
})

/** Each invoice that matches, the newest first, as fast as they are taken. Synchronous: for code that is on a thread already. */
export function eachInvoice(wanted: Filter): Iterable<InvoiceSummary> {
  const statement = ledger().prepare(`SELECT * ${found} ${newestFirst}`)
  return statement.iterate(...valuesOf(wanted)) as Iterable<InvoiceSummary>
}

function valuesOf({ q, status, currency }: Filter): [string, string, string] {
  return [`%${q.replace(/[\\%_]/g, '\\$&')}%`, status, currency]
}

/**
 * An invoice with its customer and its lines.
 *
 * @throws UnknownInvoiceError
 */
export const readInvoice = sensitive(function readInvoice(id: number): Invoice {
  const invoice = row<Omit<Invoice, 'lines'>>(
    `SELECT ${summary}, paid_on AS paidOn, net, tax, email AS customerEmail, street, city, country
     ${withCustomer} WHERE invoices.id = ?`,
    id,
  )
  if (invoice === undefined) throw new UnknownInvoiceError(id)
  const lines = rows<InvoiceLine>(
    `SELECT description, quantity, unit_price AS unitPrice, amount
     FROM lines WHERE invoice_id = ? ORDER BY position`,
    id,
  )
  return { ...invoice, lines }
})
