import { isBypassed } from '../bridge-switch.js'
import { readInvoice } from '../ledger/invoices.js'
import { type Currency, currencies } from '../money.js'
import { fetchRate } from '../rates/client.js'
import { type Rates, renderInvoice } from './render-invoice.js'

/**
 * The page of one invoice, as HTML.
 *
 * @throws UnknownInvoiceError, RateMissingError
 */
export async function invoicePage(id: number): Promise<string> {
  const invoice = await readInvoice(id)
  // Without the bridge a template helper cannot wait, so what it will ask for has to be known and fetched beforehand.
  const rates = isBypassed() ? await ratesFrom(invoice.currency) : undefined
  return renderInvoice(invoice, rates)
}

async function ratesFrom(from: Currency): Promise<Rates> {
  const pairs = currencies.map(async (to) => [`${from} ${to}`, await fetchRate(from, to)] as const)
  return Object.fromEntries(await Promise.all(pairs))
}
