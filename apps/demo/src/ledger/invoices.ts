import { sensitive } from '../bridge-switch.js'
import { UnknownInvoiceError } from '../desk-error.js'
import type { Currency } from '../money.js'
import { row, rows } from './connection.js'

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
export type InvoicePage = { invoices: InvoiceSummary[]; total: number }

const summary = `
  invoices.id, number, customers.name AS customer, invoices.currency, issued_on AS issuedOn, due_on AS dueOn, total,
  CASE WHEN paid_on IS NOT NULL THEN 'paid' WHEN due_on < date('now') THEN 'overdue' ELSE 'open' END AS status`

const withCustomer = 'FROM invoices JOIN customers ON customers.id = customer_id'

/** The newest invoices whose number or customer contains `q`, and how many there are in all. */
export const listInvoices = sensitive(function listInvoices(page: {
  limit: number
  offset: number
  q: string
}): InvoicePage {
  const pattern = `%${page.q.replace(/[\\%_]/g, '\\$&')}%`
  const found = `${withCustomer} WHERE number LIKE ?1 ESCAPE '\\' OR customers.name LIKE ?1 ESCAPE '\\'`
  const invoices = rows<InvoiceSummary>(
    `SELECT ${summary} ${found} ORDER BY issued_on DESC, invoices.id DESC LIMIT ?2 OFFSET ?3`,
    pattern,
    page.limit,
    page.offset,
  )
  const count = row<{ total: number }>(`SELECT count(*) AS total ${found}`, pattern)
  return { invoices, total: count?.total ?? 0 }
})

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
