import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const home = fileURLToPath(new URL('..', import.meta.url))

const app = `
import { Hono } from 'hono'
import { NoThreadsError, syncbridge, syncHandler } from '@syncbridge/hono'

Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'Cloudflare-Workers' } })
const app = new Hono()
app.get('/', (c) => c.text('still here'))
const errors = [
  () => app.use(syncbridge()),
  () => app.get('/report', syncHandler(() => 1)),
].map((use) => {
  try { use() } catch (error) { return [error instanceof NoThreadsError, error.code, error.message] }
})
console.log(JSON.stringify([errors, await (await app.request('/')).text()]))
`

/** Runs a module in a process that has no thread to give. */
async function run(code) {
  // Named files would find the package's own conditions again.
  const child = spawn(process.execPath, ['--input-type=module', '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(code)
  const chunks = []
  child.stdout.on('data', (chunk) => chunks.push(chunk))
  const [exitCode] = await once(child, 'close')
  assert.equal(exitCode, 0)
  return JSON.parse(Buffer.concat(chunks).toString())
}

const skip =
  process.release.name === 'node' && !process.versions.bun && !globalThis.Deno
    ? false
    : 'the bundle is the same whoever runs it; made and run by Node'

for (const condition of ['workerd', 'worker', 'edge-light', 'fastly', 'browser']) {
  test(`bundled for '${condition}' an app needs nothing of Node, and says what is missing where it is used`, {
    skip,
  }, async () => {
    const { outputFiles } = await build({
      bundle: true,
      conditions: [condition],
      format: 'esm',
      // Neither Node's modules nor a browser's defaults: what can't be resolved fails the build.
      platform: 'neutral',
      stdin: { contents: app, resolveDir: home },
      // Not this repository's, which prefers sources.
      tsconfigRaw: {},
      write: false,
    })
    const [{ text }] = outputFiles

    assert.doesNotMatch(text, /["']node:|worker_threads/)
    const [errors, body] = await run(text)
    assert.equal(body, 'still here')
    for (const [verb, [isOne, code, message]] of [
      ['syncbridge()', errors[0]],
      ['syncHandler()', errors[1]],
    ]) {
      assert.deepEqual([isOne, code], [true, 'SYNCBRIDGE_NO_THREADS'])
      assert.ok(message.startsWith(`${verb} needs worker threads, and this runtime ('workerd')`))
    }
  })
}
