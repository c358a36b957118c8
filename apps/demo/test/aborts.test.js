import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'

// `npm run check:aborts -w @syncbridge/demo` does it ten thousand times.
const transactions = '200'

it('200 transactions that are cut off half-way leave the ledger right, no lock, and the desk serving', async (t) => {
  const check = fileURLToPath(new URL('../checks/aborts.js', import.meta.url))
  const child = spawn(process.execPath, [check, transactions], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill())
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  const [code] = await once(child, 'close')
  process.stdout.write(output)
  assert.equal(code, 0, output)
})
