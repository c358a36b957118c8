import { readFileSync } from 'node:fs'
import { syncToAsync } from '@syncbridge/core'
import Handlebars from 'handlebars'
import { row, rows } from '../ledger/connection.js'
import { type Currency, formatMoney } from '../money.js'

const templateFile = new URL('../../templates/statement.hbs', import.meta.url)

let template: HandlebarsTemplateDelegate | undefined

/**
 * What a customer owed at the end of a month (`2026-11`), as an HTML page. It only reads, so that any thread will do, each by
 * its own connection: on the pool, as many are made at a time as there are threads.
 */
export const renderStatement = syncToAsync(
  function renderStatement(customerId: number, month: string): string {
    template ??= Handlebars.compile(readFileSync(templateFile, 'utf8'), { strict: true })
    const customer = row(
      'SELECT name, street, city, country FROM customers WHERE id = ?',
      customerId,
    )
    const wanted = `customer_id = ?1 AND issued_on < date(?2 || '-01', '+1 month')
      AND (paid_on IS NULL OR paid_on >= ?2 || '-01')`
    const invoices = rows(
      `SELECT number, issued_on AS issuedOn, due_on AS dueOn, total, currency
       FROM invoices WHERE ${wanted} ORDER BY number`,
      customerId,
      month,
    )
    const open = rows(
      `SELECT currency, sum(total) AS total FROM invoices
       WHERE ${wanted} AND (paid_on IS NULL OR paid_on >= date(?2 || '-01', '+1 month')) GROUP BY currency`,
      customerId,
      month,
    )
    return template(
      { customer, month, invoices, open },
      {
        helpers: {
          money: (amount: number, currency: Currency) => formatMoney(amount, currency),
          date: (day: string) => longDate.format(new Date(day)),
        },
      },
    )
  },
  { threadSensitive: false },
)

const longDate = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
