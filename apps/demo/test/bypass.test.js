import assert from 'node:assert/strict'
import { it } from 'node:test'
import { ask, draft, openDesk, signIn } from './support/desk.js'

for (const how of [{ args: ['--bypass'] }, { env: { SYNCBRIDGE_BYPASS: '1' } }]) {
  it(`with the bridge bypassed by ${JSON.stringify(how)}, the desk does the same on its main thread`, async (t) => {
    const desk = await openDesk(t, how)
    const token = await signIn(desk)
    for (const url of [`${desk.api}/api/invoices`, `${desk.office}/invoices`]) {
      const posted = await ask('POST', url, { token, body: draft() })
      assert.equal(posted.status, 201)
      const page = await ask('GET', `${desk.api}/invoices/${posted.body.id}`)
      assert.equal(page.status, 200)
      assert.ok(page.body.includes(posted.body.number))
    }
    const balance = (await ask('GET', `${desk.api}/api/ledger/balance`)).body
    assert.equal(balance.balanced, true)
    assert.equal(balance.invoices, 602)
    await desk.logged(({ message }) => message === 'rendered invoice')
    assert.ok(desk.log().every(({ thread }) => thread === 'main'))
    assert.equal((await desk.close()).code, 0)
  })
}
