import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ask, clerk, draft, openDesk, signIn } from './support/desk.js'

const onThread = ({ thread }) => /^thread-\d+$/.test(thread)

describe('the log', () => {
  it('names the request in its lines from the main thread and from the threads', async (t) => {
    const desk = await openDesk(t)
    const token = await signIn(desk)
    for (const url of [`${desk.api}/api/invoices`, `${desk.office}/invoices`]) {
      const { request, body } = await ask('POST', url, { token, body: draft() })
      const ofRequest = (message) => (line) => line.request === request && line.message === message
      const posted = await desk.logged(ofRequest('posted invoice'))
      assert.ok(onThread(posted), posted.thread)
      assert.equal(posted.invoice, body.number)
      assert.equal(posted.user, clerk.email)
      const served = await desk.logged(ofRequest('served'))
      assert.equal(served.thread, 'main')
      assert.equal(served.status, '201')
    }
  })

  it('follows one request from the loop to a thread and back to the loop', async (t) => {
    const desk = await openDesk(t)
    const { request } = await ask('GET', `${desk.api}/invoices/1`)
    const ofRequest = (message) => (line) => line.request === request && line.message === message
    assert.ok(onThread(await desk.logged(ofRequest('rendered invoice'))))
    assert.equal((await desk.logged(ofRequest('fetched rate'))).thread, 'main')
    assert.equal((await desk.logged(ofRequest('served'))).thread, 'main')
  })

  it('keeps apart requests that are served at the same time', async (t) => {
    const desk = await openDesk(t)
    const token = await signIn(desk)
    const doors = [`${desk.api}/api/invoices`, `${desk.office}/invoices`]
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        ask('POST', doors[index % 2], { token, body: draft(index + 1) }),
      ),
    )
    assert.equal(new Set(answers.map(({ request }) => request)).size, 20)
    for (const { request, body } of answers) {
      const posted = await desk.logged(
        (line) => line.request === request && line.message === 'posted invoice',
      )
      assert.equal(posted.invoice, body.number)
    }
  })

  it('says nothing below its level', async (t) => {
    const desk = await openDesk(t, { env: { LOG_LEVEL: 'warn' } })
    await ask('GET', `${desk.api}/invoices/1`)
    await desk.close()
    assert.deepEqual(desk.log(), [])
  })
})
