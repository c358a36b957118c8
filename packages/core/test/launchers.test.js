/** Threads of programs that are started in other ways than `node file.js`, and what a thread has of the process around it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { folderOf, runInProcess } from './support/run-in-process.js'

const calls = `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
export const shout = syncToAsync((word) => word + '!')
export const options = syncToAsync(() => process.execArgv)
export const args = syncToAsync(() => process.argv.slice(2))
export const argsBelow = syncToAsync(() => fresh())
const fresh = asyncToSync(async () => process.argv.slice(2), { forceNewLoop: true })
export const terminal = asyncToSync(async () => process.stdin.isTTY)
export const read = asyncToSync(async () => { let all = ''; for await (const chunk of process.stdin) all += chunk; return all })
export const hasGc = syncToAsync(() => typeof gc)`

async function run(t, nodeArgs, { files = {}, ...options } = {}) {
  const folder = folderOf(t, { 'calls.mjs': calls, ...files })
  const result = await runInProcess(nodeArgs, { cwd: folder, deadline: 60_000, ...options })
  assert.equal(result.late, false, result.stdout + result.stderr)
  return result
}

async function prints(t, expected, nodeArgs, options) {
  const { stdout, stderr } = await run(t, nodeArgs, options)
  assert.deepEqual({ stdout, stderr }, { stdout: `${expected}\n`, stderr: '' })
}

const callsShout = `import { shout } from './calls.mjs'; console.log(await shout('hello'))`
const withOptions = (more) =>
  `import { configure } from '@syncbridge/core'; configure(${more}); ${callsShout}`

describe('a program on the command line', () => {
  for (const [title, args] of [
    ['alone', ['--input-type=module', '-e', callsShout]],
    ['in two words', ['--input-type', 'module', '--eval', callsShout]],
    [
      'beside an option of V8',
      ['--expose-gc', '--input-type=module', '--max-old-space-size=500', '-e', callsShout],
    ],
    [
      'with the options of the process and one more',
      [
        '--input-type=module',
        '--expose-gc',
        '-e',
        withOptions(`{ execArgv: [...process.execArgv, '--no-warnings'] }`),
      ],
    ],
    [
      'with another environment',
      [
        '--input-type=module',
        '--expose-gc',
        '-e',
        withOptions(`{ env: { ...process.env, X: '1' } }`),
      ],
    ],
  ]) {
    test(`has threads: --input-type ${title}`, (t) => prints(t, 'hello!', args))
  }

  test('has threads: --input-type in NODE_OPTIONS', async (t) => {
    const env = { NODE_OPTIONS: '--input-type=module --no-warnings' }
    const code = `import { shout } from './calls.mjs'
import { argsBelow } from './calls.mjs'
console.log(await shout('hello'), await argsBelow())`
    await prints(t, 'hello! []', ['-e', code], { env })
  })

  test('does not hand itself on to threads, and they keep every other option', async (t) => {
    const code = `import { hasGc, options } from './calls.mjs'; console.log(await hasGc(), JSON.stringify(await options()))`
    const args = ['--expose-gc', '--input-type=module', '--no-warnings', '-e', code]
    await prints(t, 'function ["--no-warnings"]', args)
  })

  test('is told which option of the threads is wrong where the process does not have it', async (t) => {
    const code = `import { configure } from '@syncbridge/core'
import { shout } from './calls.mjs'
configure({ execArgv: ['--expose-gc'] })
await shout('hello').catch(({ message }) => console.log(message))`
    const { stdout } = await run(t, ['--input-type=module', '-e', code])
    assert.match(stdout, /could not start: .*invalid execArgv flags: --expose-gc/)
  })

  const refused = `
const { syncToAsync } = require('@syncbridge/core')
syncToAsync(function own() { return 1 })().catch(({ code, message }) => console.log(code, message))`
  for (const [title, args] of [
    ['-e', ['-e', refused]],
    [
      '--input-type=module',
      [
        '--input-type=module',
        '-e',
        `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); ${refused.trim().replace(/^const .*\n/, `import { syncToAsync } from '@syncbridge/core'\n`)}`,
      ],
    ],
  ]) {
    test(`is told that its own functions can’t be found by a thread: ${title}`, async (t) => {
      const { stdout } = await run(t, args)
      assert.match(stdout, /^SYNCBRIDGE_REGISTRATION own .* is no file, .*Keep bridged functions/)
    })
  }
})

describe('a script whose name is no path', () => {
  for (const name of ['undefined', `'plugin.js'`, `'./plugin.js'`, `'calls'`]) {
    test(`names no file of the current directory: vm with { filename: ${name} }`, async (t) => {
      const intruder = `console.log('loaded')`
      const { stdout, stderr } = await run(t, ['main.mjs'], {
        files: {
          'plugin.js': intruder,
          'evalmachine.<anonymous>': intruder,
          calls: intruder,
          'main.mjs': `
import vm from 'node:vm'
import * as core from '@syncbridge/core'
globalThis.core = core
const script = 'core.syncToAsync(function own() { return 1 })'
const own = vm.runInThisContext(script, { filename: ${name} })
await own().catch(({ code, message }) => console.log(code, message))`,
        },
      })
      assert.match(stdout, /^SYNCBRIDGE_REGISTRATION own .* is no file, .*Keep bridged functions/)
      assert.equal(stderr, '')
    })
  }

  test('is told so also where it is given as an option', async (t) => {
    const { stdout } = await run(t, ['main.mjs'], {
      files: {
        'main.mjs': `
import { syncToAsync } from '@syncbridge/core'
await syncToAsync(() => 1, { module: './calls.mjs' })().catch(({ code }) => console.log(code))`,
      },
    })
    assert.equal(stdout, 'SYNCBRIDGE_REGISTRATION\n')
  })
})

describe('a script that bears the name of a file that is not there', () => {
  test('has its functions run where a module that each thread imports runs it', async (t) => {
    const { stdout } = await run(t, ['main.mjs'], {
      files: {
        'scripts.mjs': `
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import * as core from '@syncbridge/core'
const filename = join(dirname(fileURLToPath(import.meta.url)), 'nowhere.js')
const script = '(core) => core.syncToAsync((value) => 2 * value)'
export const double = vm.runInThisContext(script, { filename })(core)`,
        'main.mjs': `
import { configure } from '@syncbridge/core'
import { double } from './scripts.mjs'
configure({ setup: [new URL('./scripts.mjs', import.meta.url)] })
console.log(await double(1), await double(2))`,
      },
    })
    assert.equal(stdout, '2 4\n')
  })
})

describe('a function in a file of tests', () => {
  const tests = `
import test, { after, before, describe, it } from 'node:test'
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { appendFileSync } from 'node:fs'
import { threadId } from 'node:worker_threads'
import { syncToAsync } from '@syncbridge/core'
const note = (what) => appendFileSync(new URL('./notes.txt', import.meta.url), what + ' on ' + threadId + '\\n')
const required = createRequire(import.meta.url)('node:test')
const where = syncToAsync(() => threadId)
before(() => note('before'))
after(() => note('after'))
describe('a suite', () => { note('suite'); it('a case', () => note('case')) })
required('required', () => note('required'))
test.test('test', async () => { assert.notEqual(await where(), threadId); note('test') })`

  test('is found by a thread, which runs no test once more: --test-isolation=none', async (t) => {
    const [major, minor] = process.versions.node.split('.').map(Number)
    if (major < 22 || (major === 22 && minor < 15))
      return t.skip(
        'this Node runs each file of tests in a process of its own, or lacks registerHooks()',
      )
    const reads = `
import { readFileSync } from 'node:fs'
process.stdout.write(readFileSync(new URL('./notes.txt', import.meta.url), 'utf8'))`
    const folder = folderOf(t, { 'one.test.mjs': tests, 'reads.mjs': reads })
    const isolation = major === 22 ? '--experimental-test-isolation=none' : '--test-isolation=none'
    for (const name of ['one.test.mjs', './one.test.mjs']) {
      const { code, stdout } = await runInProcess(['--test', isolation, name], { cwd: folder })
      assert.equal(code, 0, stdout)
    }
    const { stdout } = await runInProcess(join(folder, 'reads.mjs'))
    const once = ['suite', 'before', 'case', 'required', 'test', 'after'].map(
      (what) => `${what} on 0`,
    )
    assert.deepEqual(stdout.trim().split('\n').sort(), [...once, ...once].sort())
  })
})

describe('a thread', () => {
  test('has the program’s arguments, and so have the threads below it', async (t) => {
    const files = {
      'main.mjs': `
import { args, argsBelow } from './calls.mjs'
console.log(JSON.stringify([await args(), await argsBelow()]))`,
    }
    await prints(t, '[["--verbose","a b"],["--verbose","a b"]]', ['main.mjs', '--verbose', 'a b'], {
      files,
    })
  })

  test('can’t read stdin, and says so at once', async (t) => {
    const folder = folderOf(t, {
      'calls.mjs': calls,
      'main.mjs': `
import { read, terminal } from './calls.mjs'
console.log(terminal())
try { console.log(read()) } catch ({ code, message }) { console.log(code, message) }`,
    })
    const child = spawn(process.execPath, [join(folder, 'main.mjs')], {
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: 30_000,
      killSignal: 'SIGKILL',
    })
    // Held open: who waited for its end would wait for ever.
    child.stdin.write('hello\n')
    const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
    child.stdin.destroy()
    assert.match(output, /^undefined\nSYNCBRIDGE_ERROR process\.stdin can’t be read .*main thread/)
  })
})
