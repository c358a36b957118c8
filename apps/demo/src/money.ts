/** Every amount in the desk is an integer of minor units (cents, pence): sums are exact. */
export const currencies = ['EUR', 'USD', 'GBP'] as const
export type Currency = (typeof currencies)[number]

/** The tax rate in percent by the currency invoiced in: the desk is registered in Germany and Britain only. */
const taxPercent: Record<Currency, number> = { EUR: 19, USD: 0, GBP: 20 }

/** The tax on a net amount, in minor units, rounded half up. */
export function taxOn(net: number, currency: Currency): number {
  return Math.round((net * taxPercent[currency]) / 100)
}

const formats = new Map(
  currencies.map((currency) => [
    currency,
    new Intl.NumberFormat('en-GB', {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
    }),
  ]),
)

/** `123456, 'EUR'` becomes `€1,234.56`. */
export function formatMoney(minorUnits: number, currency: Currency): string {
  return formats.get(currency)?.format(minorUnits / 100) ?? `${minorUnits / 100} ${currency}`
}
