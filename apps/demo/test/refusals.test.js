import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import { ask, clerk, draft, openDesk, signIn } from './support/desk.js'
import { forAll } from './support/for-all.js'

describe('what the desk refuses', () => {
  let desk
  let token
  forAll(async (t) => {
    desk = await openDesk(t)
    token = await signIn(desk)
  })
  const doors = () => [
    { signIn: `${desk.api}/api/sign-in`, invoices: `${desk.api}/api/invoices` },
    { signIn: `${desk.office}/sign-in`, invoices: `${desk.office}/invoices` },
  ]
  const refused = async (status, code, asked) => {
    const answer = await asked
    assert.equal(answer.status, status, JSON.stringify(answer.body))
    assert.equal(answer.body.error.code, code)
    assert.equal(answer.body.error.request, answer.request)
    return answer.body.error
  }

  it('is a wrong password, in the same words as an unknown address', async () => {
    for (const door of doors()) {
      const wrong = { ...clerk, password: 'guess' }
      const unknown = { ...clerk, email: 'nobody@desk.example' }
      const first = await refused(401, 'WRONG_PASSWORD', ask('POST', door.signIn, { body: wrong }))
      const second = await refused(
        401,
        'WRONG_PASSWORD',
        ask('POST', door.signIn, { body: unknown }),
      )
      assert.equal(first.message, second.message)
    }
  })

  it('is posting without a session, or with one that was signed out', async () => {
    const gone = await signIn(desk)
    await ask('POST', `${desk.api}/api/sign-out`, { token: gone })
    for (const door of doors()) {
      for (const attempt of [{}, { token: 'forged' }, { token: gone }]) {
        const asked = ask('POST', door.invoices, { ...attempt, body: draft() })
        await refused(401, 'SIGN_IN_REQUIRED', asked)
      }
    }
  })

  it('is each wrong field, named by its path, all of them at once', async () => {
    const body = {
      customerId: 'me',
      currency: 'CHF',
      lines: [{ description: ' ', quantity: 0, unitPrice: 12.5 }],
    }
    for (const door of doors()) {
      const { fields } = await refused(
        422,
        'INVALID_INPUT',
        ask('POST', door.invoices, { token, body }),
      )
      assert.deepEqual(Object.keys(fields).toSorted(), [
        'currency',
        'customerId',
        'lines.0.description',
        'lines.0.quantity',
        'lines.0.unitPrice',
      ])
      assert.match(fields.currency, /EUR, USD, GBP/)
    }
  })

  it('is a body that is no JSON or too large', async () => {
    for (const door of doors()) {
      await refused(400, 'BAD_REQUEST', ask('POST', door.invoices, { token, body: '{"customer' }))
      const body = JSON.stringify({ padding: 'x'.repeat(100_000) })
      await refused(413, 'TOO_LARGE', ask('POST', door.invoices, { token, body }))
    }
  })

  it('is a second invoice under an idempotency key; the same one again is answered as the first time', async () => {
    for (const door of doors()) {
      const headers = {
        'idempotency-key': `key of ${new URL(door.invoices).port}`.replaceAll(' ', '-'),
      }
      const before = (await ask('GET', `${desk.api}/api/ledger/balance`)).body
      const twice = await Promise.all(
        [1, 2].map(() => ask('POST', door.invoices, { token, headers, body: draft() })),
      )
      assert.deepEqual(
        twice.map(({ status }) => status),
        [201, 201],
      )
      assert.deepEqual(twice[0].body, twice[1].body)
      const after = (await ask('GET', `${desk.api}/api/ledger/balance`)).body
      assert.equal(after.invoices, before.invoices + 1)
      const other = { ...draft(), currency: 'GBP' }
      await refused(409, 'KEY_REUSED', ask('POST', door.invoices, { token, headers, body: other }))
      const bad = { 'idempotency-key': 'x'.repeat(101) }
      const wrong = ask('POST', door.invoices, { token, headers: bad, body: draft() })
      assert.ok((await refused(422, 'INVALID_INPUT', wrong)).fields['idempotency-key'])
    }
  })

  it('is what a page of another site had a browser send', async () => {
    for (const door of doors()) {
      const headers = { 'sec-fetch-site': 'cross-site' }
      await refused(
        403,
        'FOREIGN_REQUEST',
        ask('POST', door.invoices, { token, headers, body: draft() }),
      )
    }
  })

  it('is an unknown address or invoice', async () => {
    await refused(404, 'NOT_FOUND', ask('GET', `${desk.api}/nowhere`))
    await refused(404, 'NOT_FOUND', ask('GET', `${desk.office}/nowhere`))
    await refused(404, 'UNKNOWN_INVOICE', ask('GET', `${desk.api}/api/invoices/99999`))
    await refused(404, 'UNKNOWN_INVOICE', ask('GET', `${desk.api}/api/invoices/first`))
    await refused(422, 'INVALID_INPUT', ask('GET', `${desk.api}/api/invoices?limit=1000`))
    const page = await ask('GET', `${desk.api}/invoices/99999`)
    assert.equal(page.status, 404)
    assert.match(page.body, /There is no invoice 99999/)
  })

  it('does not include a session cookie, which is kept from scripts and other sites, and is as good as the token', async () => {
    const answer = await ask('POST', `${desk.api}/api/sign-in`, { body: clerk })
    const cookie = answer.headers.get('set-cookie')
    assert.match(cookie, /HttpOnly/)
    assert.match(cookie, /SameSite=Lax/)
    const headers = { cookie: cookie.split(';')[0] }
    const posted = await ask('POST', `${desk.api}/api/invoices`, { headers, body: draft() })
    assert.equal(posted.status, 201)
    const session = await ask('GET', `${desk.api}/api/session`, { headers })
    assert.equal(session.body.user.email, clerk.email)
  })
})

describe('a rate server', () => {
  const failures = {
    'that answers nonsense': (_, response) => response.end('{"rate":"plenty"}'),
    'that is slow': () => {},
    'that answers a rate of nothing': (_, response) => response.end('{"rate":0}'),
    'that answers an error': (_, response) => response.writeHead(500).end(),
    // Last: it does not come back.
    'that is down': undefined,
  }
  let answer
  let server
  let desk
  let token
  // One desk for all: none of these answers is kept by it.
  forAll(async (t) => {
    server = createServer((request, response) => answer(request, response))
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close().closeAllConnections())
    const ratesUrl = `http://127.0.0.1:${server.address().port}`
    desk = await openDesk(t, { args: ['--rates-url', ratesUrl] })
    token = await signIn(desk)
  })
  for (const [how, given] of Object.entries(failures)) {
    it(`${how} is told by the invoice, which names the missing rate`, async () => {
      answer = given
      if (!given) {
        const closed = new Promise((resolve) => server.close(resolve))
        server.closeAllConnections()
        await closed
      }
      const page = await ask('GET', `${desk.api}/invoices/1`)
      assert.equal(page.status, 502)
      assert.match(page.body, /The exchange rate [A-Z]{3} to [A-Z]{3} is missing: the rate server/)
      const { invoices } = (await ask('GET', `${desk.api}/api/ledger/balance`)).body
      const posted = await ask('POST', `${desk.api}/api/invoices`, { token, body: draft() })
      assert.equal(posted.status, 201)
      const after = (await ask('GET', `${desk.api}/api/ledger/balance`)).body
      assert.deepEqual([after.balanced, after.invoices], [true, invoices + 1])
    })
  }
})
