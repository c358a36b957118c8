import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const home = fileURLToPath(new URL('..', import.meta.url))

/** Writes the README's files into a folder of their own; each names itself in its first line. */
function unpackReadme(t) {
  // Inside the package, where the imports resolve.
  const folder = mkdtempSync(join(home, '.readme-'))
  t.after(() => rmSync(folder, { force: true, recursive: true }))
  const blocks = readFileSync(join(home, 'README.md'), 'utf8').matchAll(
    /```js\n\/\/ (\S+)\n(.*?)```/gs,
  )
  for (const [, name, code] of blocks) writeFileSync(join(folder, name), code)
  return folder
}

test('the README’s app transfers money', async (t) => {
  const folder = unpackReadme(t)
  const child = spawn(process.execPath, ['app.js'], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const [url] = await once(createInterface(child.stdout), 'line')

  const transfers = Array.from({ length: 20 }, () =>
    fetch(`${url}/transfer/alice/bob/5`, { method: 'POST' }),
  )
  for (const { status } of await Promise.all(transfers)) assert.equal(status, 201)

  assert.equal(await (await fetch(`${url}/balance/alice`)).json(), -100)
  assert.equal(await (await fetch(`${url}/balance/bob`)).json(), 100)
})
