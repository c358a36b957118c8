import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { NestFactory } from '@nestjs/core'
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

const executed = new Set()

/** Starts a program of the README's, and waits for the address that it prints. */
async function run(t, folder, program) {
  executed.add(program)
  const child = spawn(process.execPath, [program], {
    cwd: folder,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  t.after(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface(child.stdout), 'line')
  return { child, ended, url: line.replace('[::1]', 'localhost') }
}

/** Starts an application of one module of the README's. */
async function serve(t, folder, file) {
  executed.add(file)
  const module = await import(pathToFileURL(join(folder, file)).href)
  const [AppModule] = Object.values(module)
  const app = await NestFactory.create(AppModule, { logger: false })
  t.after(() => app.close())
  await app.listen(0, '127.0.0.1')
  return `http://127.0.0.1:${app.getHttpServer().address().port}`
}

for (const [program, headers] of [
  ['main.js', {}],
  ['bank.main.js', { 'x-user': 'alice' }],
]) {
  test(`the README’s ${program} transfers money, and ends by itself when it is told to`, async (t) => {
    const folder = unpackReadme(t)
    const { child, ended, url } = await run(t, folder, program)

    const transfers = Array.from({ length: 20 }, () =>
      fetch(`${url}/transfer/alice/bob/5`, { headers, method: 'POST' }),
    )
    for (const { status } of await Promise.all(transfers)) assert.equal(status, 201)

    assert.deepEqual(await (await fetch(`${url}/balance/alice`)).json(), { cents: -100 })
    assert.deepEqual(await (await fetch(`${url}/balance/bob`)).json(), { cents: 100 })
    if (program === 'bank.main.js') assert.equal((await fetch(`${url}/balance/carol`)).status, 404)

    child.kill('SIGTERM')
    assert.deepEqual(await ended, [null, 'SIGTERM'])
  })
}

test('the README’s tests pass', async (t) => {
  const folder = unpackReadme(t)
  executed.add('bank.test.js')
  const child = spawn(process.execPath, ['bank.test.js'], {
    cwd: folder,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const [code] = await once(child, 'exit')
  assert.equal(code, 0, output)
  assert.match(output, /pass 2/)
})

test('the README’s guard is inside the context', async (t) => {
  const url = await serve(t, unpackReadme(t), 'guarded.module.js')
  assert.equal(await (await fetch(url)).text(), 'inside')
})

test('the README’s health check is up', async (t) => {
  const url = await serve(t, unpackReadme(t), 'health.module.js')
  assert.equal((await (await fetch(`${url}/health`)).json()).details.syncbridge.status, 'up')
})

test('the README’s store of nestjs-cls is there in the thread', async (t) => {
  const url = await serve(t, unpackReadme(t), 'cls.module.js')
  assert.deepEqual(await (await fetch(url)).json(), { user: 'alice' })
})

test('no code block of the README is left out: each is one of these, or loaded by one', (t) => {
  const folder = unpackReadme(t)
  const reached = new Set()
  const reach = (file) => {
    if (reached.has(file)) return
    reached.add(file)
    const text = readFileSync(join(folder, file), 'utf8')
    for (const [, other] of text.matchAll(/'\.\/([\w.-]+\.js)'/g)) reach(other)
  }
  for (const file of executed) reach(file)
  const all = readdirSync(folder).filter((file) => file.endsWith('.js'))
  assert.ok(all.length > 10)
  assert.deepEqual(
    all.filter((file) => !reached.has(file)),
    [],
  )
  const blocks = readFileSync(join(home, 'README.md'), 'utf8').match(/```ts/g)
  assert.equal(blocks.length, all.length)
})
