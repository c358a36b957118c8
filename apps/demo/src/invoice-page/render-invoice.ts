import { readFileSync } from 'node:fs'
import Handlebars from 'handlebars'
import { sensitive } from '../bridge-switch.js'
import type { Invoice } from '../ledger/invoices.js'
import { log } from '../logging/log.js'
import { type Currency, currencies, formatMoney } from '../money.js'
import { rate } from '../rates/client.js'

/** Rates fetched beforehand, by `EUR USD`; without them the template waits for each rate that it needs. */
export type Rates = Readonly<Record<string, number>>

const templateFile = new URL('../../templates/invoice.hbs', import.meta.url)

let template: HandlebarsTemplateDelegate | undefined

/**
 * The invoice as an HTML page. Handlebars is synchronous, and so are its helpers, yet one of them needs a rate from a
 * server: `rate` blocks this thread, and only this thread, until the main thread has fetched it.
 *
 * @throws RateMissingError when a rate cannot be had.
 */
export const renderInvoice = sensitive(function renderInvoice(
  invoice: Invoice,
  rates?: Rates,
): string {
  const started = performance.now()
  template ??= Handlebars.compile(readFileSync(templateFile, 'utf8'), { strict: true })
  const html = template(
    { ...invoice, otherCurrencies: currencies.filter((currency) => currency !== invoice.currency) },
    {
      helpers: {
        money: (amount: number, currency: Currency) => formatMoney(amount, currency),
        date: (day: string) => longDate.format(new Date(day)),
        converted: (amount: number, from: Currency, to: Currency) =>
          formatMoney(Math.round(amount * (rates?.[`${from} ${to}`] ?? rate(from, to))), to),
        equals: (a: unknown, b: unknown) => a === b,
      },
    },
  )
  log.info('rendered invoice', {
    invoice: invoice.number,
    ms: Math.round(performance.now() - started),
  })
  return html
})

const longDate = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
