import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { getRuntimeKey } from 'hono/adapter'

const home = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(home, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/```(\w+)\n(.*?)```/gs)].map(([, language, code]) => ({
  language,
  code,
}))

/** Writes the README's files into a folder of their own; each names itself in its first line. */
function unpackReadme(t) {
  // Inside the package, where the imports resolve.
  const folder = mkdtempSync(join(home, '.readme-'))
  t.after(() => rmSync(folder, { force: true, recursive: true }))
  for (const { code } of blocks.filter(({ language }) => language === 'js')) {
    const [, name] = /^\/\/ (\S+)\n/.exec(code)
    writeFileSync(join(folder, name), code)
  }
  return folder
}

async function start(t) {
  const run = getRuntimeKey() === 'deno' ? ['run', '--allow-all', 'app.js'] : ['app.js']
  const child = spawn(process.execPath, run, {
    cwd: unpackReadme(t),
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const [url] = await once(createInterface(child.stdout), 'line')
  return { child, ended, url }
}

const skip = isBuiltin('node:sqlite') ? false : 'this runtime has no node:sqlite'

describe('the README’s app', { skip }, () => {
  test('transfers money', async (t) => {
    const { url } = await start(t)
    const transfers = Array.from({ length: 20 }, () =>
      fetch(`${url}/transfer/alice/bob/5`, { method: 'POST' }),
    )
    for (const { status } of await Promise.all(transfers)) assert.equal(status, 201)

    assert.equal(await (await fetch(`${url}/balance/alice`)).json(), -100)
    assert.equal(await (await fetch(`${url}/balance/bob`)).json(), 100)
  })

  test('ends in good order when it is told to stop', async (t) => {
    const { child, ended, url } = await start(t)
    assert.equal((await fetch(`${url}/transfer/alice/bob/5`, { method: 'POST' })).status, 201)
    const transfer = fetch(`${url}/transfer/alice/bob/5`, { method: 'POST' })

    child.kill('SIGTERM')

    // It was there before the signal, or it was refused.
    const status = await transfer.then(
      (response) => response.status,
      () => 'no connection',
    )
    assert.ok([201, 503, 'no connection'].includes(status), String(status))
    assert.deepEqual(await ended, [0, null])
  })

  test('shows statements by synchronous routes, streams them, and imports postings', async (t) => {
    const { url } = await start(t)
    const body = 'carol,100\ncarol,200\n'
    const headers = { 'Content-Type': 'text/csv' }
    const imported = await fetch(`${url}/statements/import`, { method: 'POST', body, headers })
    assert.equal(imported.status, 201)

    const statement = await (await fetch(`${url}/statements/carol`)).json()
    assert.deepEqual(statement, { account: 'carol', postings: [{ cents: 100 }, { cents: 200 }] })
    const csv = await fetch(`${url}/statements/carol/csv`)
    assert.equal(csv.headers.get('content-type'), 'text/csv')
    assert.equal(await csv.text(), 'account,cents\ncarol,100\ncarol,200\n')
    const missing = await fetch(`${url}/statements/nobody`)
    assert.deepEqual([missing.status, await missing.json()], [404, { error: 'no account nobody' }])
    const large = 'x'.repeat(100_001)
    const refused = await fetch(`${url}/statements/import`, {
      method: 'POST',
      body: large,
      headers,
    })
    assert.equal(refused.status, 413)
  })
})

test('what the README tells to install is what the package asks for, and a server', () => {
  const { peerDependencies, devDependencies } = JSON.parse(
    readFileSync(join(home, 'package.json'), 'utf8'),
  )
  const [{ code }] = blocks.filter(({ language }) => language === 'sh')
  const [, names] = /^npm install (.*)\n$/.exec(code)

  assert.deepEqual(
    new Set(names.split(' ')),
    new Set([...Object.keys(peerDependencies), '@syncbridge/hono', '@hono/node-server']),
  )
  assert.ok('@hono/node-server' in devDependencies)
})
