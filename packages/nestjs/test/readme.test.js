import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const home = fileURLToPath(new URL('..', import.meta.url))
const compilerOptions = {
  emitDecoratorMetadata: true,
  experimentalDecorators: true,
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2022,
}

/** Compiles the README's files into a folder of their own; each names itself in its first line. */
function unpackReadme(t) {
  // Inside the package, where the imports resolve.
  const folder = mkdtempSync(join(home, '.readme-'))
  t.after(() => rmSync(folder, { force: true, recursive: true }))
  const blocks = readFileSync(join(home, 'README.md'), 'utf8').matchAll(
    /```ts\n\/\/ (\S+)\n(.*?)```/gs,
  )
  for (const [, name, code] of blocks) {
    const { outputText } = ts.transpileModule(code, { compilerOptions })
    writeFileSync(join(folder, name.replace('.ts', '.js')), outputText)
  }
  return folder
}

test('the README’s application transfers money, and ends by itself when it is told to', async (t) => {
  const folder = unpackReadme(t)
  const child = spawn(process.execPath, ['main.js'], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  t.after(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface(child.stdout), 'line')
  const url = line.replace('[::1]', 'localhost')

  const transfers = Array.from({ length: 20 }, () =>
    fetch(`${url}/transfer/alice/bob/5`, { method: 'POST' }),
  )
  for (const { status } of await Promise.all(transfers)) assert.equal(status, 201)

  assert.deepEqual(await (await fetch(`${url}/balance/alice`)).json(), { cents: -100 })
  assert.deepEqual(await (await fetch(`${url}/balance/bob`)).json(), { cents: 100 })

  child.kill('SIGTERM')
  const [code, killedBy] = await ended
  assert.deepEqual([code, killedBy], [null, 'SIGTERM'])
})
