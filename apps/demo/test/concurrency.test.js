import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'

it('200 clients at once leave the ledger right and /health at least four times as quick as without the bridge', {
  // Two desks one after the other, each with 200 clients: on a machine that is busy elsewhere it takes its time.
  timeout: 115_000,
}, async (t) => {
  const check = fileURLToPath(new URL('../checks/concurrency.js', import.meta.url))
  const child = spawn(process.execPath, [check], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill())
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  const [code] = await once(child, 'close')
  process.stdout.write(output)
  assert.equal(code, 0, output)
})
