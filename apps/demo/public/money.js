/** `123456, 'EUR'` becomes `€1,234.56`. */
export function formatMoney(minorUnits, currency) {
  return new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  }).format(minorUnits / 100)
}

/** `12.5` becomes `1250`; what is no amount becomes `null`. */
export function parseMoney(text) {
  const [, whole, part = ''] = /^(\d{1,9})(?:[.,](\d{0,2}))?$/.exec(text.trim()) ?? []
  return whole === undefined ? null : Number(whole) * 100 + Number(part.padEnd(2, '0'))
}
