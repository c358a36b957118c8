import { randomBytes } from 'node:crypto'
import { rows, write } from '../ledger/connection.js'
import { invoiceNumber } from '../ledger/invoice-number.js'
import type { AccountRole } from '../ledger/posting.js'
import { type Currency, currencies, taxOn } from '../money.js'
import { derivePassword } from '../sign-in/password.js'
import { demoUsers } from './demo-users.js'
import { seededRandom } from './random.js'
import { firstNames, markets, services, trades } from './seeded-companies.js'

const invoiceCount = 600
const accounts: readonly [role: AccountRole, code: string, name: string][] = [
  ['bank', '1000', 'Bank'],
  ['receivables', '1200', 'Receivables'],
  ['tax', '2200', 'Tax payable'],
  ['sales', '4000', 'Sales'],
]

type Seeded = { id: number; currency: Currency }

/**
 * Fills an empty ledger with a year of business up to `today`: the same customers and invoices each time, every invoice
 * posted and balanced. Runs inside the caller's transaction.
 */
export function seed(today: Date): void {
  const random = seededRandom(1494)
  seedUsers()
  seedAccounts()
  const customers = seedCustomers(random)
  const accountIds = new Map(
    rows<{ id: number; role: AccountRole; currency: Currency }>('SELECT * FROM accounts').map(
      (account) => [`${account.role} ${account.currency}`, account.id],
    ),
  )
  const post = (invoice: Seeded, role: AccountRole, on: string, amount: number) => {
    const account = accountIds.get(`${role} ${invoice.currency}`)
    if (account === undefined) throw new Error(`no account for ${role} in ${invoice.currency}`)
    write(
      'INSERT INTO postings (invoice_id, account_id, posted_on, amount) VALUES (?, ?, ?, ?)',
      invoice.id,
      account,
      on,
      amount,
    )
  }

  const sequences = new Map<number, number>()
  for (let index = 0; index < invoiceCount; index++) {
    const age = Math.floor(((invoiceCount - 1 - index) * 365) / invoiceCount)
    const issued = daysAfter(today, -age)
    const sequence = (sequences.get(issued.getUTCFullYear()) ?? 0) + 1
    sequences.set(issued.getUTCFullYear(), sequence)

    const customer = random.one(customers)
    const lines = Array.from({ length: 1 + random.below(4) }, () => {
      const [description, unitPrice] = random.one(services)
      return { description, unitPrice, quantity: 1 + random.below(6) }
    })
    const net = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0)
    const tax = taxOn(net, customer.currency)
    const payAfter = 5 + random.below(40)
    const paidOn = age > payAfter && random.below(20) > 0 ? day(daysAfter(issued, payAfter)) : null

    const id = write(
      `INSERT INTO invoices (number, customer_id, currency, issued_on, due_on, paid_on, net, tax, total)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      invoiceNumber(issued.getUTCFullYear(), sequence),
      customer.id,
      customer.currency,
      day(issued),
      day(daysAfter(issued, 30)),
      paidOn,
      net,
      tax,
      net + tax,
    )
    for (const [position, { description, quantity, unitPrice }] of lines.entries()) {
      write(
        'INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)',
        id,
        position + 1,
        description,
        quantity,
        unitPrice,
        quantity * unitPrice,
      )
    }
    const invoice = { id, currency: customer.currency }
    post(invoice, 'receivables', day(issued), net + tax)
    post(invoice, 'sales', day(issued), -net)
    if (tax > 0) post(invoice, 'tax', day(issued), -tax)
    if (paidOn !== null) {
      post(invoice, 'bank', paidOn, net + tax)
      post(invoice, 'receivables', paidOn, -(net + tax))
    }
  }
}

function seedUsers(): void {
  for (const { email, name, password } of demoUsers) {
    const salt = randomBytes(16)
    write(
      'INSERT INTO users (email, name, salt, password_hash) VALUES (?, ?, ?, ?)',
      email,
      name,
      salt,
      derivePassword(password, salt),
    )
  }
}

function seedAccounts(): void {
  for (const currency of currencies) {
    for (const [role, code, name] of accounts) {
      write(
        'INSERT INTO accounts (role, code, name, currency) VALUES (?, ?, ?, ?)',
        role,
        code,
        `${name} ${currency}`,
        currency,
      )
    }
  }
}

function seedCustomers(random: ReturnType<typeof seededRandom>): Seeded[] {
  const seeded: Seeded[] = []
  for (const market of markets) {
    for (let count = 0; count < market.customers; count++) {
      // Twenty names times twenty-five trades: each of the 500 pairs once.
      const name = `${firstNames[seeded.length % 20]} ${trades[Math.floor(seeded.length / 20) % 25]}`
      const id = write(
        'INSERT INTO customers (name, email, street, city, country, currency) VALUES (?, ?, ?, ?, ?, ?)',
        `${name} ${random.one(market.suffixes)}`,
        `accounts@${name.toLowerCase().replaceAll(' ', '-')}.example`,
        `${random.one(market.streets)} ${1 + random.below(120)}`,
        random.one(market.cities),
        market.country,
        market.currency,
      )
      seeded.push({ id, currency: market.currency })
    }
  }
  return seeded
}

function daysAfter(date: Date, days: number): Date {
  return new Date(date.getTime() + days * 86_400_000)
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}
