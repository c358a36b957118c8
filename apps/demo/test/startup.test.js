import assert from 'node:assert/strict'
import { openSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { launch, makeFolder, openDesk } from './support/desk.js'

async function complaint(t, args, env) {
  const { code, lines, errors } = await launch(t, args, env).exited
  assert.equal(code, 1, errors)
  assert.deepEqual(lines, [])
  assert.match(errors, /^[^\n]+\n$/, 'one line')
  return errors
}

async function takePort(t) {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return String(server.address().port)
}

describe('a desk that can not be opened says why in one line and exits with 1', () => {
  for (const flag of ['--port', '--back-office-port', '--rates-port']) {
    it(`when the port of ${flag} is in use`, async (t) => {
      const port = await takePort(t)
      const ports = { '--port': '0', '--back-office-port': '0', '--rates-port': '0', [flag]: port }
      const args = ['--data', makeFolder(t), ...Object.entries(ports).flat()]
      const line = await complaint(t, args)
      assert.match(line, new RegExp(`Port ${port} is in use.*${flag}\\.`))
    })
  }

  it('when the data folder can not be written', async (t) => {
    const file = join(makeFolder(t), 'a-file')
    writeFileSync(file, '')
    const line = await complaint(t, ['--data', join(file, 'data')])
    assert.ok(line.includes(join(file, 'data')))
    assert.match(line, /can't be written.*--data/)
  })

  it('when the database is no database', async (t) => {
    const folder = makeFolder(t)
    writeFileSync(
      join(folder, 'ledger.db'),
      'these are not the bytes you are looking for'.repeat(99),
    )
    const line = await complaint(t, ['--data', folder])
    assert.ok(line.includes(join(folder, 'ledger.db')))
    assert.match(line, /is damaged: file is not a database.*delete it/)
  })

  for (const [how, damage] of Object.entries({
    'has lost its end': (file) => truncateSync(file, 40_960),
    'has foreign bytes in its middle': (file) => {
      writeSync(openSync(file, 'r+'), Buffer.alloc(30_000, 0xa5), 0, 30_000, 8192)
    },
  })) {
    it(`when the database ${how}`, async (t) => {
      const desk = await openDesk(t)
      assert.equal((await desk.close()).code, 0)
      damage(join(desk.folder, 'ledger.db'))
      const line = await complaint(t, ['--data', desk.folder])
      assert.match(line, /ledger\.db is damaged: .*delete it/)
    })
  }

  it('when it is given a flag or a value that it does not know', async (t) => {
    assert.match(await complaint(t, ['--prot', '80']), /--prot/)
    assert.match(await complaint(t, ['--port', 'eighty']), /--port is "eighty"/)
    assert.match(await complaint(t, [], { BACK_OFFICE_PORT: '70000' }), /0 to 65535/)
    assert.match(await complaint(t, ['--rates-url', 'here']), /--rates-url is "here"/)
    assert.match(await complaint(t, [], { LOG_LEVEL: 'loud' }), /LOG_LEVEL is loud/)
  })
})
