/** Runs one of the programs in `checks` as a test: it prints what it has found, and fails where it does. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export async function runCheck(t, name, ...args) {
  const check = fileURLToPath(new URL(`../../checks/${name}.js`, import.meta.url))
  const child = spawn(process.execPath, [check, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill())
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  const [code] = await once(child, 'close')
  process.stdout.write(output)
  assert.equal(code, 0, output)
}
