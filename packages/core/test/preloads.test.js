/** Modules that Node loads in each thread before this library's own entry, and that use the library there. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { installCopies } from './support/packed-copies.js'
import { folderOf, runInProcess } from './support/run-in-process.js'

const calls = `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
import { isMainThread } from 'node:worker_threads'
const told = (what) => what + (isMainThread ? ' in main' : ' in a thread')
export const shared = syncToAsync(() => told('shared'))
export const pooled = syncToAsync(() => told('pooled'), { threadSensitive: false })
export const blocking = asyncToSync(async () => told('blocking'))
export const nested = syncToAsync((levels) => levels === 0 ? told('bottom') : up(levels))
const up = asyncToSync(async (levels) => nested(levels - 1))
export const fresh = asyncToSync(async () => told('fresh'), { forceNewLoop: true })
export const below = asyncToSync(async () => pooled(), { forceNewLoop: true })
export const home = syncToAsync((fn) => typeof fn + ' ' + told('home'))
`
const expected = [
  'shared in a thread',
  'pooled in a thread',
  'blocking in a thread',
  'bottom in a thread',
  'fresh in a thread',
  'pooled in a thread',
  'function home in a thread',
  'shared in a thread',
]
const program = `
import { ThreadSensitiveContext } from '@syncbridge/core'
import * as calls from './calls.mjs'
const asked = [
  () => calls.shared(),
  () => calls.pooled(),
  () => calls.blocking(),
  () => calls.nested(2),
  () => calls.fresh(),
  () => calls.below(),
  () => calls.home(async () => 1),
  () => new ThreadSensitiveContext().run(() => calls.shared()),
]
const answers = []
for (const ask of asked) {
  try { answers.push(await ask()) } catch (error) { answers.push(error.code + ' ' + error.message + ' ' + error.cause?.message) }
}
process.stdout.write(JSON.stringify(answers))
`

function filesWith(preload) {
  return { 'main.mjs': program, 'calls.mjs': calls, ...preload }
}

async function run(t, files, nodeArgs, { env, main = 'main.mjs' } = {}) {
  const folder = folderOf(t, files)
  // A URL in NODE_OPTIONS: a relative one would be looked up from wherever the process stands.
  const placed = (text) => text.replaceAll('PRELOAD', pathToFileURL(folder).href)
  const result = await runInProcess([...nodeArgs.map(placed), join(folder, main)], {
    cwd: folder,
    env: Object.fromEntries(Object.entries(env ?? {}).map(([key, text]) => [key, placed(text)])),
    deadline: 60_000,
  })
  assert.equal(result.late, false, result.stdout + result.stderr)
  return result
}

async function served(t, files, nodeArgs, options) {
  const { stdout, stderr, code } = await run(t, files, nodeArgs, options)
  assert.deepEqual(
    { answers: JSON.parse(stdout || '[]'), stderr, code },
    { answers: expected, stderr: '', code: 0 },
  )
}

const guarded = `import { isMainThread } from 'node:worker_threads'\n`
const uses = {
  'wraps functions': `import './calls.mjs'`,
  'asks for stats()': `import { stats } from '@syncbridge/core'; stats()`,
  'carries a storage': `
import { carryStorage } from '@syncbridge/core'
import { AsyncLocalStorage } from 'node:async_hooks'
carryStorage('tracing', new AsyncLocalStorage())`,
  configures: `import { configure } from '@syncbridge/core'; configure({ pool: { maxThreads: 1 } })`,
  'opens a context': `
import { ThreadSensitiveContext } from '@syncbridge/core'
await new ThreadSensitiveContext().run(async () => undefined)`,
  'has Locals, codecs, errors and contexts of values': `
import { Local, LocalContext, localScope, registerCodec, registerError } from '@syncbridge/core'
const local = new Local()
localScope(() => { local.value = 1 })
new LocalContext()
registerError(class Refused extends Error {})
registerCodec(class Money {}, { encode: () => 1, decode: () => undefined })`,
  'gives something to do at the thread’s end': `
${guarded}import { onThreadExit } from '@syncbridge/core'
if (!isMainThread) onThreadExit(() => undefined)`,
  'makes a call and does not wait for it': `import { shared } from './calls.mjs'; void shared()`,
  'would shut its own thread down': `
${guarded}import { shutdown } from '@syncbridge/core'
const told = isMainThread ? undefined : await shutdown().then(() => 'done', ({ code }) => code)
if (!isMainThread && told !== 'SYNCBRIDGE_ERROR') throw new Error(told)`,
  'starts a Worker of its own, which has threads of its own': `
${guarded}import { stats } from '@syncbridge/core'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
stats()
// Its threads load this file as well.
if (!isMainThread && !process.env.IS_BELOW_OWN) {
  const env = { ...process.env, IS_BELOW_OWN: 'yes' }
  const worker = new Worker(new URL('./own-worker.mjs', import.meta.url), { env })
  const [answer] = await once(worker, 'message')
  if (answer !== 'shared in a thread of 0/1') throw new Error(answer)
  await worker.terminate()
}`,
}
const ownWorker = `
import { stats } from '@syncbridge/core'
import { subscribe } from 'node:diagnostics_channel'
import { parentPort } from 'node:worker_threads'
import { shared } from './calls.mjs'
let address
subscribe('syncbridge:thread', ({ thread }) => { address = thread })
const answer = await shared()
parentPort.postMessage(answer + ' of ' + address)`

describe('a preload that uses the library', () => {
  for (const [title, preload] of Object.entries(uses)) {
    test(`finds the thread’s boot data: one that ${title}`, async (t) => {
      await served(t, filesWith({ 'preload.mjs': preload, 'own-worker.mjs': ownWorker }), [
        '--import',
        'PRELOAD/preload.mjs',
      ])
    })
  }

  const wraps = filesWith({
    'preload.mjs': uses['wraps functions'],
    'preload.cjs': `
const { asyncToSync, syncToAsync, stats } = require('@syncbridge/core')
syncToAsync(() => 1)
asyncToSync(async () => 1)
stats()`,
  })

  test('may be given by --require, as the CommonJS copy', async (t) => {
    await served(t, wraps, ['--require', './preload.cjs'])
  })

  test('may be given by NODE_OPTIONS', async (t) => {
    await served(t, wraps, [], { env: { NODE_OPTIONS: '--import PRELOAD/preload.mjs' } })
    await served(t, wraps, [], { env: { NODE_OPTIONS: '--require ./preload.cjs' } })
  })

  test('may be given twice, with both copies of the library', async (t) => {
    await served(t, wraps, ['--require', './preload.cjs', '--import', 'PRELOAD/preload.mjs'])
  })

  test('may be given to the threads alone, by configure({ execArgv })', async (t) => {
    const main = `
import { configure } from '@syncbridge/core'
configure({ execArgv: ['--import', new URL('./preload.mjs', import.meta.url).href] })
await import('./main.mjs')`
    await served(t, { ...wraps, 'start.mjs': main }, [], { main: 'start.mjs' })
  })

  test('may have a copy of the library in its own bundle', async (t) => {
    const library = readFileSync(new URL('../dist/index.cjs', import.meta.url), 'utf8').replace(
      /^\/\/# sourceMappingURL=.*$/m,
      '',
    )
    const preload = `${library}\nmodule.exports.stats()`
    await served(t, filesWith({ 'preload.cjs': preload }), ['--require', './preload.cjs'])
  })

  test('may have another version of the library, of the same protocol', async (t) => {
    const editions = { '.': { version: '0.1.0' }, 'node_modules/tracer': { version: '0.1.1' } }
    const tracer = `import { stats } from '@syncbridge/core'; stats()`
    const folder = installCopies(t, editions, {
      ...filesWith({}),
      'node_modules/tracer/index.mjs': tracer,
    })
    const preload = pathToFileURL(join(folder, 'node_modules/tracer/index.mjs')).href
    const { stdout, late } = await runInProcess(['--import', preload, join(folder, 'main.mjs')], {
      deadline: 60_000,
    })
    assert.deepEqual({ answers: JSON.parse(stdout), late }, { answers: expected, late: false })
  })

  test('is refused where its version of the library, which only threads load, has another protocol', async (t) => {
    const editions = {
      '.': { version: '0.1.0' },
      'node_modules/tracer': { version: '0.2.0', protocol: 99 },
    }
    const folder = installCopies(t, editions, {
      ...filesWith({}),
      'node_modules/tracer/index.mjs': `import { stats } from '@syncbridge/core'; stats()`,
      'start.mjs': `
import { configure } from '@syncbridge/core'
configure({ execArgv: ['--import', new URL('./node_modules/tracer/index.mjs', import.meta.url).href] })
await import('./main.mjs')`,
    })
    const { stdout, late } = await runInProcess(join(folder, 'start.mjs'), { deadline: 60_000 })
    assert.equal(late, false)
    const [first, ...others] = JSON.parse(stdout)
    assert.match(
      first,
      /^SYNCBRIDGE_THREAD_EXITED .*VersionMismatchError: .*0\.2\.0.*such as a preload/,
    )
    for (const other of others) assert.match(other, /^SYNCBRIDGE_THREAD_EXITED /)
  })

  test('that waits for its own thread is given up after startTimeout, which says so', async (t) => {
    const preload = `
${guarded}import { shared } from './calls.mjs'
if (!isMainThread) await shared()`
    const start = `
import { configure } from '@syncbridge/core'
import { shared } from './calls.mjs'
configure({ startTimeout: 2000 })
await shared().catch(({ message }) => console.log(message))`
    const files = filesWith({ 'preload.mjs': preload, 'start.mjs': start })
    const { stdout } = await run(t, files, ['--import', 'PRELOAD/preload.mjs'], {
      main: 'start.mjs',
    })
    assert.match(stdout, /could not start: .*not ready .* may wait for its own thread/)
  })

  test('may await a call on its thread, before that is up', async (t) => {
    const preload = `
import { workerData, isMainThread } from 'node:worker_threads'
import { pooled } from './calls.mjs'
const role = workerData?.['syncbridge.boot']?.role
// A thread of the pool would wait for another one of the pool, and so on.
if (!isMainThread && role !== 'pool' && (await pooled()) !== 'pooled in a thread') throw new Error('no answer')`
    await served(t, filesWith({ 'preload.mjs': preload }), ['--import', 'PRELOAD/preload.mjs'])
  })

  test('may block on a call on its thread, before that is up', async (t) => {
    const preload = `
import { workerData } from 'node:worker_threads'
import { blocking } from './calls.mjs'
const role = workerData?.['syncbridge.boot']?.role
if (role !== undefined && role !== 'loop' && blocking() !== 'blocking in a thread') throw new Error('no answer')`
    await served(t, filesWith({ 'preload.mjs': preload }), ['--import', 'PRELOAD/preload.mjs'])
  })

  test('is told at once where it blocks on the thread that it is loaded in', async (t) => {
    const preload = `
${guarded}import { blocking } from './calls.mjs'
if (!isMainThread) blocking()`
    const files = filesWith({ 'preload.mjs': preload })
    const { stdout } = await run(t, files, ['--import', 'PRELOAD/preload.mjs'])
    const [first] = JSON.parse(stdout)
    assert.match(first, /^SYNCBRIDGE_THREAD_EXITED .*could not start: .*DeadlockError/)
  })

  for (const [how, ending, reason] of [
    ['throws', `throw new RangeError('no tracing')`, /could not start: RangeError: no tracing/],
    [
      'exits',
      'process.exit(5)',
      /could not start: it ended with exit code 5, .*NODE_OPTIONS.*process\.exit\(\)/,
    ],
  ]) {
    test(`fails the calls with the reason where it ${how}`, async (t) => {
      const preload = `
${guarded}import { stats } from '@syncbridge/core'
stats()
if (!isMainThread) ${ending}`
      const files = filesWith({ 'preload.mjs': preload })
      const { stdout, code } = await run(t, files, ['--import', 'PRELOAD/preload.mjs'])
      const answers = JSON.parse(stdout)
      assert.equal(code, 0)
      assert.equal(answers.length, expected.length)
      for (const answer of answers) assert.match(answer, /^SYNCBRIDGE_THREAD_EXITED /)
      assert.match(answers[0], reason)
    })
  }

  test('leaves what a Worker of the user’s inherits from its thread without boot data', async (t) => {
    const files = {
      'main.mjs': `
import { starts } from './starts.mjs'
console.log(await starts())`,
      'starts.mjs': `
import { syncToAsync } from '@syncbridge/core'
import { Worker, workerData } from 'node:worker_threads'
export const starts = syncToAsync(() => {
  const memory = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(
    'const { workerData: { inherited, memory } } = require("node:worker_threads");' +
      'memory[0] = Object.keys(inherited).length + 1; Atomics.notify(memory, 0)',
    { eval: true, workerData: { inherited: workerData, memory } },
  )
  worker.unref()
  Atomics.wait(memory, 0, 0, 10_000)
  return Atomics.load(memory, 0)
})`,
    }
    const { stdout, stderr } = await run(t, files, [])
    assert.deepEqual({ stdout, stderr }, { stdout: '1\n', stderr: '' })
  })
})

describe('a setup module', () => {
  test('may await a call, and calls that came meanwhile run after it', async (t) => {
    const setup = `
import { pooled } from './calls.mjs'
globalThis.log = [await pooled.with({ timeout: 20_000 })()]`
    const files = filesWith({
      'setup.mjs': setup,
      'starts.mjs': `
import { syncToAsync } from '@syncbridge/core'
export const log = syncToAsync(() => { globalThis.log.push('called'); return globalThis.log })`,
      'start.mjs': `
import { ThreadPoolExecutor, configure } from '@syncbridge/core'
import { pooled } from './calls.mjs'
import { log } from './starts.mjs'
console.log(await pooled())
configure({ setup: [new URL('./setup.mjs', import.meta.url)], pool: { maxThreads: 1 } })
const both = await Promise.all([log(), log()])
console.log(both[0].join(), both[1].length)`,
    })
    const { stdout, stderr } = await run(t, files, [], { main: 'start.mjs' })
    assert.deepEqual(
      { stdout, stderr },
      { stdout: 'pooled in a thread\npooled in a thread,called 3\n', stderr: '' },
    )
  })
})
