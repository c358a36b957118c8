import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { folderOf, runFiles, runInProcess } from './support/run-in-process.js'

/** A program that ends by itself, well, without a word on its standard error. */
function wentWell({ stdout, stderr, late, code }, expected) {
  assert.deepEqual(
    { stdout, stderr, late, code },
    { stdout: expected, stderr: '', late: false, code: 0 },
  )
}

describe('a function that is registered in the entry module', () => {
  const report = `
console.log('the program runs')
const told = (error) => console.log(JSON.stringify([error.constructor.name, error.code, error.message]))`

  test('is refused at its first call, with both ways out, and the program runs only once', async (t) => {
    const { stdout, late, code } = await runFiles(t, {
      'main.mjs': `
import { syncToAsync, asyncToSync } from '@syncbridge/core'
const hash = syncToAsync(function hash(text) { return text.length })
const load = asyncToSync(async function load() { return 1 })
${report}
await hash('secret').catch(told)
try { load() } catch (error) { told(error) }
await hash('again').catch((error) => console.log(error.code))`,
    })
    assert.deepEqual({ late, code }, { late: false, code: 0 })
    const lines = stdout.trim().split('\n')
    assert.equal(lines.length, 4, stdout)
    assert.equal(lines[0], 'the program runs')
    for (const [line, name] of [
      [lines[1], 'hash'],
      [lines[2], 'load'],
    ]) {
      const [className, errorCode, message] = JSON.parse(line)
      assert.deepEqual([className, errorCode], ['EntryModuleError', 'SYNCBRIDGE_ENTRY_MODULE'])
      assert.match(message, new RegExp(`${name} .*main\\.mjs`))
      assert.match(message, /main\(\(\) => \{/)
      assert.match(message, /module of its own/)
    }
    assert.equal(lines[3], 'SYNCBRIDGE_ENTRY_MODULE')
  })

  test('is refused in a CommonJS program as well', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.cjs': `
const { syncToAsync } = require('@syncbridge/core')
const hash = syncToAsync(function hash(text) { return text.length })
${report}
hash('secret').catch(told)`,
    })
    assert.equal(late, false)
    const lines = stdout.trim().split('\n')
    assert.equal(lines.length, 2)
    assert.equal(JSON.parse(lines[1])[1], 'SYNCBRIDGE_ENTRY_MODULE')
  })

  const program = `
import { syncToAsync } from '@syncbridge/core'
const hash = syncToAsync(function hash(text) { return text.length })
console.log('the program runs')
await hash('secret').catch((error) => console.log(error.code))`

  test('is refused however the command line names the program', async (t) => {
    const folder = folderOf(t, {
      'main.mjs': program,
      'package.json': JSON.stringify({ main: './main.mjs' }),
      'real/program.mjs': program,
    })
    symlinkSync(join(folder, 'real', 'program.mjs'), join(folder, 'link.mjs'))
    for (const [command, cwd] of [
      ['./main.mjs', folder],
      ['.', folder],
      [folder, undefined],
      ['../main.mjs', join(folder, 'real')],
      [join(folder, 'link.mjs'), undefined],
    ]) {
      const result = await runInProcess(command, { cwd })
      wentWell(result, 'the program runs\nSYNCBRIDGE_ENTRY_MODULE\n')
    }
  })

  test('is refused also when it is named by the program’s URL: the program runs only once', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
import { syncToAsync } from '@syncbridge/core'
export const hash = (text) => text.length
console.log('the program runs')
const self = syncToAsync(new URL(import.meta.url))
await self.hash('secret').then(console.log, (error) => console.log(error.code))`,
    })
    assert.deepEqual(
      { stdout, late },
      { stdout: 'the program runs\nSYNCBRIDGE_ENTRY_MODULE\n', late: false },
    )
  })
})

describe('main()', () => {
  test('makes a program of one file work, which runs only once', async (t) => {
    const result = await runFiles(t, {
      'main.mjs': `
import { main, syncToAsync } from '@syncbridge/core'
import { isMainThread } from 'node:worker_threads'
const where = syncToAsync(() => isMainThread)
const fib = syncToAsync(function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }, { threadSensitive: false })
main(async () => {
  console.log('the program runs')
  console.log(await fib(10), await where())
})`,
    })
    wentWell(result, 'the program runs\n55 false\n')
  })

  test('makes a CommonJS program of one file work', async (t) => {
    const result = await runFiles(t, {
      'main.cjs': `
const { main, syncToAsync } = require('@syncbridge/core')
const { isMainThread } = require('node:worker_threads')
const where = syncToAsync(() => isMainThread)
main(async () => {
  console.log('the program runs')
  console.log(await where())
})`,
    })
    wentWell(result, 'the program runs\nfalse\n')
  })

  for (const [file, importing] of [
    ['main.mjs', `import { asyncToSync, main, syncToAsync } from '@syncbridge/core'`],
    ['main.cjs', `const { asyncToSync, main, syncToAsync } = require('@syncbridge/core')`],
  ]) {
    test(`lets blocking code nest in a program of one file (${file})`, async (t) => {
      const result = await runFiles(t, {
        [file]: `
${importing}
class Bottom extends Error {}
const down = syncToAsync((levels) => { if (levels === 0) throw new Bottom('reached'); return up(levels - 1) })
const up = asyncToSync(async (levels) => down(levels))
const double = asyncToSync(async (n) => 2 * n)
main(() => {
  console.log(double(21))
  try { up(4) } catch (error) { console.log(error.message) }
})`,
      })
      wentWell(result, '42\nreached\n')
    })
  }

  test('knows the error classes of a program of one file', async (t) => {
    const result = await runFiles(t, {
      'main.mjs': `
import { main, syncToAsync } from '@syncbridge/core'
export class Refused extends Error {}
export const refuse = syncToAsync(() => { throw new Refused('no') })
main(async () => {
  try { await refuse() } catch (error) { console.log(error instanceof Refused, error.message) }
})`,
    })
    wentWell(result, 'true no\n')
  })

  test('works from another file’s function that the program calls', async (t) => {
    const result = await runFiles(t, {
      'main.mjs': `
import { main, syncToAsync } from '@syncbridge/core'
import { start } from './start.mjs'
const where = syncToAsync(() => 'in a thread')
main(() => start(where))`,
      'start.mjs': `export const start = async (fn) => console.log(await fn())`,
    })
    wentWell(result, 'in a thread\n')
  })

  test('may stand before the functions that it uses', async (t) => {
    const result = await runFiles(t, {
      'main.mjs': `
import { main, syncToAsync } from '@syncbridge/core'
main(async () => {
  await Promise.resolve()
  console.log(await late())
})
const late = syncToAsync(() => 'registered after main')`,
    })
    wentWell(result, 'registered after main\n')
  })

  test('lets an error of the program end it, as without the bridge', async (t) => {
    for (const body of [
      `() => { throw new RangeError('the program failed') }`,
      `async () => { throw new RangeError('the program failed') }`,
    ]) {
      const { code, stderr, late } = await runFiles(t, {
        'main.mjs': `import { main } from '@syncbridge/core'\nmain(${body})`,
      })
      assert.deepEqual({ code, late }, { code: 1, late: false })
      assert.match(stderr, /RangeError: the program failed/)
    }
  })

  test('returns what the program’s part returns', async (t) => {
    const result = await runFiles(t, {
      'main.mjs': `
import { main } from '@syncbridge/core'
console.log(main(() => 'value'), await main(async () => 'awaited'))`,
    })
    wentWell(result, 'value awaited\n')
  })

  test('allows nothing in another module: each needs its own', async (t) => {
    const { stdout } = await runFiles(t, {
      'main.mjs': `
import { syncToAsync } from '@syncbridge/core'
import './other.mjs'
const hash = syncToAsync(() => 1)
await hash().catch((error) => console.log(error.code))`,
      'other.mjs': `import { main } from '@syncbridge/core'\nmain(() => {})`,
    })
    assert.equal(stdout, 'SYNCBRIDGE_ENTRY_MODULE\n')
  })

  test('in a function is refused with RegistrationError, and a part that is no function with TypeError', async (t) => {
    const result = await runFiles(t, {
      'main.mjs': `
import { main } from '@syncbridge/core'
const told = (fn) => { try { fn() } catch (error) { console.log(error.name, error.code) } }
told(() => main('not a function'))
setTimeout(function later() { told(() => main(() => {})) })`,
    })
    wentWell(result, 'TypeError undefined\nRegistrationError SYNCBRIDGE_REGISTRATION\n')
  })
})

describe('a module beside the entry module', () => {
  test('needs no main()', async (t) => {
    const result = await runFiles(t, {
      'main.mjs': `
import { where } from './where.mjs'
console.log('the program runs')
console.log(await where())`,
      'where.mjs': `
import { isMainThread } from 'node:worker_threads'
import { syncToAsync } from '@syncbridge/core'
export const where = syncToAsync(() => isMainThread)`,
    })
    wentWell(result, 'the program runs\nfalse\n')
  })

  test('works in a program given on the command line', async (t) => {
    const folder = folderOf(t, {
      'where.mjs': `
import { isMainThread } from 'node:worker_threads'
import { syncToAsync } from '@syncbridge/core'
export const where = syncToAsync(() => isMainThread)`,
    })
    const result = await runInProcess(
      [
        '--input-type=module',
        '-e',
        `import { where } from './where.mjs'; console.log(await where())`,
      ],
      { cwd: folder },
    )
    wentWell(result, 'false\n')
  })
})
