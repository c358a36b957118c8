import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { ask, draft, openDesk, signIn } from './support/desk.js'

describe('Ctrl-C', () => {
  it('under load lets running requests finish, exits with 0, and leaves a balanced ledger', async (t) => {
    const desk = await openDesk(t)
    const token = await signIn(desk)
    const doors = [`${desk.api}/api/invoices`, `${desk.office}/invoices`]
    const posts = Array.from({ length: 60 }, (_, index) =>
      ask('POST', doors[index % 2], { token, body: draft(index + 1) }),
    )
    await Promise.any(posts)
    const { code, errors } = await desk.close()
    assert.equal(code, 0, errors)

    const outcomes = await Promise.allSettled(posts)
    const answered = outcomes.filter(({ status }) => status === 'fulfilled')
    assert.ok(answered.length > 0)
    // Whoever was let in got an answer; the others could not connect.
    for (const { value } of answered) assert.equal(value.status, 201, JSON.stringify(value.body))

    const again = await openDesk(t, { folder: desk.folder })
    const balance = (await ask('GET', `${again.api}/api/ledger/balance`)).body
    assert.equal(balance.balanced, true)
    assert.equal(balance.invoices, 600 + answered.length)
  })

  it('while the dashboard is watched and its crowd is here ends the streams, the crowd and the twin', async (t) => {
    const desk = await openDesk(t, { env: { LOG_LEVEL: 'info' } })
    const stream = await fetch(`${desk.api}/dashboard/events`)
    let told = ''
    const reading = (async () => {
      for await (const text of stream.body.pipeThrough(new TextDecoderStream())) told += text
    })()
    const start = () =>
      ask('POST', `${desk.api}/dashboard/load`, { body: { clients: 2, seconds: 15 } })
    assert.equal((await start()).status, 202)
    assert.equal((await start()).body.error.code, 'LOAD_RUNNING')
    await desk.logged(({ message, path }) => message === 'served' && path === '/api/sign-in')
    const twins = childrenOf(desk.pid)
    assert.equal(twins.length, 2, 'the twin and the crowd')
    const { code, errors } = await desk.close()
    assert.equal(code, 0, errors)
    await reading
    assert.match(told, /"state":"running"/)
    assert.deepEqual(
      twins.filter((pid) => existsSync(`/proc/${pid}`)),
      [],
    )
  })

  it('pressed again does not wait: the desk exits at once with 130', async (t) => {
    const desk = await openDesk(t)
    const { port, hostname } = new URL(desk.api)
    const socket = connect(Number(port), hostname)
    t.after(() => socket.destroy())
    socket.on('error', () => {})
    await once(socket, 'connect')
    // A request whose body never comes keeps the first Ctrl-C waiting.
    socket.write('POST /api/sign-in HTTP/1.1\r\nhost: desk\r\ncontent-type: application/json\r\n')
    socket.write('content-length: 100\r\nexpect: 100-continue\r\n\r\n')
    await once(socket, 'data')

    desk.kill('SIGINT')
    await desk.logged(({ message }) => message.startsWith('closing'))
    desk.kill('SIGINT')
    const { code } = await desk.exited
    assert.equal(code, 130)
  })
})

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
}
