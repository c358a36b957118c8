import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { ask, draft, openDesk, signIn } from './support/desk.js'
import { forAll } from './support/for-all.js'

describe('the invoices of a desk that was just opened', () => {
  let desk
  let token
  forAll(async (t) => {
    desk = await openDesk(t)
    token = await signIn(desk)
  })

  it('are the seeded ones: 600, in three currencies, with a balanced ledger', async () => {
    for (const url of [`${desk.api}/api/ledger/balance`, `${desk.office}/ledger/balance`]) {
      const { body } = await ask('GET', url)
      assert.equal(body.balanced, true)
      assert.equal(body.invoices, 600)
      assert.deepEqual(
        body.currencies.map(({ currency, sum }) => [currency, sum]),
        [
          ['EUR', 0],
          ['GBP', 0],
          ['USD', 0],
        ],
      )
      assert.ok(body.currencies.every(({ postings, debits }) => postings > 100 && debits > 0))
    }
    const { customers } = (await ask('GET', `${desk.api}/api/customers`)).body
    assert.equal(customers.length, 500)
  })

  it('are listed page by page, newest first, at both doors', async () => {
    for (const list of [`${desk.api}/api/invoices`, `${desk.office}/invoices`]) {
      const first = (await ask('GET', `${list}?limit=5`)).body
      const second = (await ask('GET', `${list}?limit=5&offset=5`)).body
      assert.equal(first.invoices.length, 5)
      const ids = [...first.invoices, ...second.invoices].map(({ id }) => id)
      assert.equal(new Set(ids).size, 10)
      const dates = [...first.invoices, ...second.invoices].map(({ issuedOn }) => issuedOn)
      assert.deepEqual(dates, dates.toSorted().toReversed())
      assert.ok(first.total >= 600)
    }
  })

  it('can be downloaded as CSV, all that match a filter', async () => {
    const download = async (query) => {
      const response = await fetch(`${desk.api}/api/invoices.csv${query}`)
      assert.equal(response.status, 200)
      assert.match(response.headers.get('content-type'), /^text\/csv/)
      assert.match(
        response.headers.get('content-disposition'),
        /attachment; filename="invoices\.csv"/,
      )
      const [head, ...lines] = (await response.text()).trimEnd().split('\r\n')
      assert.equal(head, 'number,customer,issued_on,due_on,status,currency,total')
      return lines
    }
    const { invoices, total } = (await ask('GET', `${desk.api}/api/invoices?limit=1`)).body
    const all = await download('')
    assert.equal(all.length, total)
    const [{ number, currency, customer }] = invoices
    assert.ok(all[0].startsWith(`${number},"${customer}",`), all[0])
    const filtered = await download(`?currency=${currency}&q=${encodeURIComponent(customer)}`)
    assert.ok(filtered.length > 0 && filtered.length < total)
    assert.ok(filtered.every((line) => line.includes(`"${customer}"`) && line.includes(currency)))
    const refused = await ask('GET', `${desk.api}/api/invoices.csv?status=lost`)
    assert.equal(refused.status, 422)
    assert.match(refused.body.error.fields.status, /paid, open or overdue/)
  })

  it('are found by part of a number or of a customer, and by nothing else', async () => {
    const find = async (q) =>
      (await ask('GET', `${desk.api}/api/invoices?limit=100&q=${encodeURIComponent(q)}`)).body
    const { invoices } = (await ask('GET', `${desk.api}/api/invoices?limit=1&offset=300`)).body
    const [{ number, customer }] = invoices
    assert.deepEqual(
      (await find(number)).invoices.map((invoice) => invoice.number),
      [number],
    )
    const byCustomer = await find(customer.slice(0, -4).toLowerCase())
    assert.ok(byCustomer.total >= 1)
    assert.ok(byCustomer.invoices.every((invoice) => invoice.customer === customer))
    for (const wildcard of ['%', '_', '\\', "' OR 1=1 --"]) {
      assert.equal((await find(wildcard)).total, 0, wildcard)
    }
  })

  it('are filtered by status and currency, with a total for each currency of all that match', async () => {
    const find = async (query) =>
      (await ask('GET', `${desk.api}/api/invoices?limit=100&${query}`)).body
    const all = await find('')
    assert.deepEqual(
      all.totals.map(({ currency }) => currency),
      ['EUR', 'GBP', 'USD'],
    )
    assert.equal(
      all.totals.reduce((sum, { invoices }) => sum + invoices, 0),
      all.total,
    )
    const few = await find('status=overdue&currency=GBP')
    assert.ok(few.total > 0 && few.total <= 100, `${few.total} found`)
    assert.ok(
      few.invoices.every(({ status, currency }) => status === 'overdue' && currency === 'GBP'),
    )
    const sum = few.invoices.reduce((total, invoice) => total + invoice.total, 0)
    assert.deepEqual(few.totals, [{ currency: 'GBP', invoices: few.total, total: sum }])
    assert.deepEqual((await find('q=no+such+thing')).totals, [])
    for (const query of ['currency=XYZ', 'status=lost']) {
      assert.equal((await ask('GET', `${desk.api}/api/invoices?${query}`)).status, 422)
    }
  })

  it('become a page whose template asks the rate server while it renders', async () => {
    const { id } = (await ask('GET', `${desk.api}/api/invoices?limit=1&offset=40`)).body.invoices[0]
    const invoice = (await ask('GET', `${desk.api}/api/invoices/${id}`)).body
    const page = await ask('GET', `${desk.api}/invoices/${id}`)
    assert.equal(page.status, 200)
    assert.match(page.headers.get('content-type'), /^text\/html/)
    assert.ok(page.body.includes(invoice.number))
    for (const { description } of invoice.lines) assert.ok(page.body.includes(description))
    const symbols = { EUR: '€', USD: '$', GBP: '£' }
    const converted = page.body.match(/<p class="converted">(.*?)<\/p>/s)?.[1]
    for (const [currency, symbol] of Object.entries(symbols)) {
      assert.equal(converted.includes(symbol), currency !== invoice.currency, currency)
    }
  })

  it('are made and posted at both doors, under numbers without a gap', async () => {
    const numbers = []
    for (const url of [`${desk.api}/api/invoices`, `${desk.office}/invoices`]) {
      const before = (await ask('GET', `${desk.api}/api/ledger/balance`)).body
      const posted = await ask('POST', url, { token, body: draft(3) })
      assert.equal(posted.status, 201)
      assert.equal(posted.body.net, 27345)
      assert.equal(posted.body.total, 27345 + Math.round(27345 * 0.19))
      numbers.push(Number(posted.body.number.slice(5)))

      const made = (await ask('GET', `${desk.api}/api/invoices/${posted.body.id}`)).body
      assert.equal(made.status, 'open')
      assert.equal(made.lines.length, 2)
      const after = (await ask('GET', `${desk.api}/api/ledger/balance`)).body
      assert.equal(after.balanced, true)
      assert.equal(after.invoices, before.invoices + 1)
      assert.equal(after.postings, before.postings + 3)
    }
    assert.equal(numbers[1], numbers[0] + 1)
  })

  it('show markup in a description as the text that it is', async () => {
    const body = draft()
    body.lines[0].description = '<script>alert("1")</script>'
    const { id } = (await ask('POST', `${desk.api}/api/invoices`, { token, body })).body
    const page = (await ask('GET', `${desk.api}/invoices/${id}`)).body
    assert.ok(page.includes('&lt;script&gt;'))
    assert.ok(!page.includes('<script>'))
  })

  it('are not posted for a customer that does not exist, and leave no trace of it', async () => {
    const before = (await ask('GET', `${desk.api}/api/ledger/balance`)).body
    for (const url of [`${desk.api}/api/invoices`, `${desk.office}/invoices`]) {
      const refused = await ask('POST', url, { token, body: draft(12_345) })
      assert.equal(refused.status, 422)
      assert.equal(refused.body.error.code, 'UNKNOWN_CUSTOMER')
      assert.match(refused.body.error.message, /12345/)
    }
    assert.deepEqual((await ask('GET', `${desk.api}/api/ledger/balance`)).body, before)
    // The refused ones have given the ledger's lock back: the next one gets it.
    const next = await ask('POST', `${desk.office}/invoices`, { token, body: draft() })
    assert.equal(next.status, 201)
  })

  it('have a page and a script that load, with a policy against any other', async () => {
    const page = await ask('GET', `${desk.api}/`)
    assert.equal(page.status, 200)
    assert.match(page.headers.get('content-security-policy'), /default-src 'self'/)
    const assets = [...page.body.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
      ([, url]) => url,
    )
    assert.ok(assets.length >= 3)
    for (const url of assets) {
      assert.equal((await ask('GET', desk.api + url)).status, 200, url)
    }
  })
})

describe('a posting whose client hangs up half-way', () => {
  for (const door of ['api', 'office']) {
    it(`is rolled back at the ${door} door, and the ledger is free for the next`, async (t) => {
      const desk = await openDesk(t, { env: { LOG_LEVEL: 'debug' } })
      const url = { api: `${desk.api}/api/invoices`, office: `${desk.office}/invoices` }[door]
      const token = await signIn(desk)
      const before = (await ask('GET', `${desk.api}/api/ledger/balance`)).body

      const other = new DatabaseSync(join(desk.folder, 'ledger.db'))
      t.after(() => other.close())
      other.exec('BEGIN IMMEDIATE')
      const hangUp = new AbortController()
      const posting = ask('POST', url, { token, body: draft(), signal: hangUp.signal })
      const { request } = await desk.logged(({ message }) => message === 'posting begins')
      hangUp.abort()
      await assert.rejects(posting, { name: 'AbortError' })
      await desk.logged((line) => line.request === request && line.message === 'served')
      other.exec('ROLLBACK')

      await desk.logged(
        (line) => line.request === request && line.message === 'rolled back an unfinished posting',
      )
      assert.deepEqual((await ask('GET', `${desk.api}/api/ledger/balance`)).body, before)
      assert.equal((await ask('POST', url, { token, body: draft() })).status, 201)
    })
  }
})
