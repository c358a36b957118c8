import { sensitive } from '../bridge-switch.js'
import type { Currency } from '../money.js'
import { row, rows } from './connection.js'

export type Balance = {
  /** Whether debits equal credits in every currency. */
  balanced: boolean
  invoices: number
  postings: number
  currencies: { currency: Currency; postings: number; debits: number; sum: number }[]
}

/** The sum of all postings, in minor units: zero in every currency, or the books are wrong. */
export const readBalance = sensitive(function readBalance(): Balance {
  const currencies = rows<Balance['currencies'][number]>(
    `SELECT currency, count(*) AS postings, sum(max(amount, 0)) AS debits, sum(amount) AS sum
     FROM postings JOIN accounts ON accounts.id = account_id GROUP BY currency ORDER BY currency`,
  )
  const counted = row<{ invoices: number }>('SELECT count(*) AS invoices FROM invoices')
  return {
    balanced: currencies.every(({ sum }) => sum === 0),
    invoices: counted?.invoices ?? 0,
    postings: currencies.reduce((total, { postings }) => total + postings, 0),
    currencies,
  }
})
