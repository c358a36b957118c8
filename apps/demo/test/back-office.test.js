import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ask, clerk, openDesk, signIn } from './support/desk.js'
import { forAll } from './support/for-all.js'

describe('the back office', () => {
  let desk
  let token
  forAll(async (t) => {
    desk = await openDesk(t)
    token = await signIn(desk)
  })
  const office = (method, path, more) => ask(method, desk.office + path, { token, ...more })
  const settled = async (id) => {
    const seen = []
    for (;;) {
      const { body } = await office('GET', `/statements/${id}`)
      seen.push(body.done)
      if (body.state !== 'running') return { ...body, seen }
    }
  }

  it('renders the statements of all 500 customers on several threads, and tells how far it is', async () => {
    const started = await office('POST', '/statements', { body: { month: '2026-10' } })
    assert.equal(started.status, 202)
    assert.deepEqual([started.body.state, started.body.total], ['running', 500])
    const { state, done, seen } = await settled(started.body.id)
    assert.deepEqual({ state, done }, { state: 'done', done: 500 })
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    )
    assert.ok(new Set(seen).size > 2, `progress was seen at ${seen}`)
    const page = await office('GET', `/statements/${started.body.id}/1`)
    assert.equal(page.status, 200)
    assert.match(page.headers.get('content-type'), /^text\/html/)
    assert.match(page.body, /<h1>Statement<\/h1>/)
    assert.equal((await office('GET', `/statements/${started.body.id}/99999`)).status, 404)
  })

  it('stops within a second when it is cancelled, and says how far it came', async () => {
    const { id } = (await office('POST', '/statements', { body: { month: '2026-10' } })).body
    const asked = performance.now()
    await office('GET', `/statements/${id}`)
    const before = performance.now()
    const floor = before - asked
    assert.equal((await office('DELETE', `/statements/${id}`)).status, 200)
    const { state, done } = await settled(id)
    const took = performance.now() - before
    assert.equal(state, 'cancelled')
    assert.ok(done < 500, `${done} were rendered`)
    // It is asked for again and again: what a request takes just now counts, too.
    assert.ok(took < 1000 + 20 * floor, `it took ${took} ms, and a request ${floor} ms`)
    const later = await office('GET', `/statements/${id}`)
    assert.equal(later.body.done, done)
  })

  it('refuses months and runs that do not exist, and whoever has not signed in', async () => {
    const wrong = await office('POST', '/statements', { body: { month: '2026-13' } })
    assert.equal(wrong.status, 422)
    assert.match(wrong.body.error.fields.month, /2026-11/)
    const unknown = await office('GET', '/statements/nothing')
    assert.deepEqual([unknown.status, unknown.body.error.code], [404, 'UNKNOWN_RUN'])
    for (const path of ['/statements/x', '/users', '/ledger/export.csv']) {
      assert.equal((await office('GET', path, { token: undefined })).status, 401, path)
    }
  })

  it('adds users who can sign in, once each, and takes them away with their sessions', async () => {
    const body = { email: 'New@Desk.example', name: 'The new one', password: 'long enough, surely' }
    const added = await office('POST', '/users', { body })
    assert.equal(added.status, 201)
    assert.equal((await office('POST', '/users', { body })).body.error.code, 'EMAIL_TAKEN')
    const credentials = { email: body.email, password: body.password }
    const session = await ask('POST', `${desk.api}/api/sign-in`, { body: credentials })
    assert.equal(session.status, 200)
    const listed = (await office('GET', '/users')).body.users
    assert.equal(listed.length, 3)
    assert.ok(listed.every((user) => Object.keys(user).toSorted().join() === 'email,id,name'))

    assert.equal((await office('DELETE', `/users/${added.body.id}`)).status, 204)
    const gone = await office('GET', '/users', { token: session.body.token })
    assert.equal(gone.body.error.code, 'SIGN_IN_REQUIRED')
    assert.equal(
      (await office('DELETE', `/users/${added.body.id}`)).body.error.code,
      'UNKNOWN_USER',
    )
    const me = listed.find(({ email }) => email === clerk.email)
    assert.equal((await office('DELETE', `/users/${me.id}`)).status, 409)
    const weak = await office('POST', '/users', { body: { ...body, password: 'short' } })
    assert.match(weak.body.error.fields.password, /10 characters/)
  })

  it('tells whether it is well: at once, and with all that it needs', async () => {
    const alive = await office('GET', '/health')
    assert.deepEqual([alive.status, alive.body.status], [200, 'ok'])
    const ready = await office('GET', '/health/ready')
    assert.equal(ready.status, 200)
    assert.deepEqual([ready.body.info.ledger.status, ready.body.info.rates.status], ['up', 'up'])
  })

  it('is down for whoever asks whether it is ready while the rate server is, and names it', async (t) => {
    const own = await openDesk(t, { args: ['--rates-url', 'http://127.0.0.1:9'] })
    assert.equal((await ask('GET', `${own.office}/health`)).status, 200)
    const ready = await ask('GET', `${own.office}/health/ready`)
    assert.equal(ready.status, 503)
    assert.match(JSON.stringify(ready.body), /rates.*The exchange rate EUR to USD is missing/)
  })

  it('describes itself by OpenAPI, bodies by the schemas that check them', async () => {
    const { body } = await office('GET', '/docs-json')
    const { post } = body.paths['/invoices']
    const { properties } = post.requestBody.content['application/json'].schema
    assert.deepEqual(properties.currency.enum, ['EUR', 'USD', 'GBP'])
    for (const path of ['/statements', '/users', '/ledger/export.csv', '/health/ready']) {
      assert.ok(body.paths[path], path)
    }
    const page = await office('GET', '/docs')
    assert.match(page.body, /swagger-ui/)
  })
})
