import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const home = fileURLToPath(new URL('..', import.meta.url))

const app = `
import { Hono } from 'hono'
import { NoThreadsError, syncbridge, syncHandler } from '@syncbridge/hono'

export { NoThreadsError }
export const app = new Hono()
app.get('/', (c) => c.text('still here'))
export const uses = {
  'syncbridge()': () => app.use(syncbridge()),
  'syncHandler()': () => app.get('/report', syncHandler(() => 1)),
}
`

async function bundleFor(condition) {
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
  return outputFiles[0].text
}

for (const condition of ['workerd', 'worker', 'edge-light', 'fastly', 'browser']) {
  test(`bundled for '${condition}' an app needs nothing of Node, and says what is missing where it is used`, async (t) => {
    const code = await bundleFor(condition)
    const imports = code.match(/^\s*import .*$|\bimport\(|\brequire\(/gm)

    assert.equal(imports, null)
    // Where nothing that it might import after all could be found.
    const folder = mkdtempSync(join(tmpdir(), 'syncbridge-bundle-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'app.mjs')
    writeFileSync(file, code)
    const bundle = await import(pathToFileURL(file).href)
    for (const [verb, use] of Object.entries(bundle.uses)) {
      assert.throws(use, (error) => {
        assert.ok(error instanceof bundle.NoThreadsError)
        assert.equal(error.code, 'SYNCBRIDGE_NO_THREADS')
        assert.ok(error.message.startsWith(`${verb} needs worker threads`))
        return true
      })
    }
    assert.equal(await (await bundle.app.request('/')).text(), 'still here')
  })
}
