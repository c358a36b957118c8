import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ask, draft, launch, makeFolder, openDesk, signIn } from './support/desk.js'

describe('a desk that is opened again', () => {
  it('can be opened twice at once on one new ledger, which is seeded once and serves both', async (t) => {
    const folder = makeFolder(t)
    const desks = await Promise.all([openDesk(t, { folder }), openDesk(t, { folder })])
    const posts = await Promise.all(
      desks.map(async (desk) =>
        ask('POST', `${desk.api}/api/invoices`, { token: await signIn(desk), body: draft() }),
      ),
    )
    assert.deepEqual(
      posts.map(({ status }) => status),
      [201, 201],
    )
    assert.notEqual(posts[0].body.number, posts[1].body.number)
    for (const desk of desks) {
      const { balanced, invoices } = (await ask('GET', `${desk.api}/api/ledger/balance`)).body
      assert.deepEqual({ balanced, invoices }, { balanced: true, invoices: 602 })
    }
    for (const desk of desks) assert.equal((await desk.close()).code, 0)
  })

  it('has the ledger it had, and seeds nothing a second time', async (t) => {
    const first = await openDesk(t)
    const before = (await ask('GET', `${first.api}/api/ledger/balance`)).body
    assert.equal((await first.close()).code, 0)
    const second = await openDesk(t, { folder: first.folder })
    assert.deepEqual((await ask('GET', `${second.api}/api/ledger/balance`)).body, before)
  })

  it('explains its flags when asked to', async (t) => {
    const { code, lines } = await launch(t, ['--help']).exited
    assert.equal(code, 0)
    assert.ok(lines.some((line) => line.includes('--back-office-port')))
  })
})
