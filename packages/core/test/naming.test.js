import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { threadId } from 'node:worker_threads'
import {
  asyncToSync,
  configure,
  isAsyncFunction,
  markAsyncFunction,
  RegistrationError,
  syncToAsync,
} from '@syncbridge/core'
import forms from './fixtures/naming/forms.cjs'
import * as esm from './fixtures/naming/forms.js'
import * as reExported from './fixtures/naming/re-export.js'
import { fetchBlocking } from './fixtures/naming/urls.js'
import * as plain from './fixtures/plain.js'
import { functions, ratio, ratioThere } from './fixtures/same-names.js'
import { runFiles } from './support/run-in-process.js'

const plainUrl = new URL('./fixtures/plain.js', import.meta.url)
const all = (functions) => Promise.all(functions.map((fn) => fn()))

// At the top level of this very file: no thread ever imports it, the test's process has it as its entry.
const describedHere = syncToAsync(
  Object.assign(function describedHere(_one, _two) {}, { role: 'writer', with: 'lost' }),
)
const blockingHere = asyncToSync(
  Object.assign(async function blockingHere(_one) {}, { role: 'reader' }),
)

describe('a function is found in its thread', () => {
  for (const [name, fn, expected] of [
    ['an arrow function', esm.arrow, 'arrow'],
    ['a function expression', esm.named, 'named'],
    ['a function declared elsewhere in the module', esm.wrappedDeclared, 'declared'],
    ['a property of an object', esm.object.method, 'method'],
    ['a static field of a class', esm.Ledger.balance, 'static field'],
    ['what a static block wraps', esm.Ledger.post, 'static block'],
    ['a static method', esm.closeLedger, 'static method'],
    ['what a helper of another file wraps', esm.helped, 'helped'],
    ['what a factory wraps', esm.factory, 'factory'],
    ['a bound function', esm.boundFunction, 'bound to it'],
    ['one with a name and a module of its own', esm.optioned, 'with a name'],
    ['one that stands after a top-level await', esm.afterAwait, 'after a top-level await'],
    ['the default export', esm.default, 'default'],
    ['one that is exported again under another name', reExported.renamed, 'arrow'],
    ['a default export that is exported again', reExported.again, 'default'],
    ['a static field of a class that is exported again', reExported.Ledger.balance, 'static field'],
  ]) {
    test(`as ${name}`, async () => {
      assert.equal(await fn(), `${expected} in a thread`)
    })
  }

  test('as the blocking function that a factory made', async () => {
    assert.equal(await esm.throughFactory(), 'blocking factory in main')
  })

  test('each for itself when they are wrapped in a loop, by map, by a helper or by their names', async () => {
    assert.deepEqual(
      await all([...esm.loop, ...esm.mapped, ...esm.helpedAll, esm.first, esm.second]),
      [
        ...['loop 0', 'loop 1', 'loop 2', 'mapped 0', 'mapped 1', 'mapped 2'],
        ...['helped 0', 'helped 1', 'first', 'second'],
      ].map((what) => `${what} in a thread`),
    )
  })

  test('each for itself when several of a module have the same name', async () => {
    assert.deepEqual(
      await all(esm.twins),
      [0, 1, 2].map((which) => `twin ${which} in a thread`),
    )
  })

  test('in a CommonJS module, by itself, by a helper, in a loop, and through the loop', async () => {
    assert.deepEqual(await all([forms.arrow, forms.helped, ...forms.loop, forms.throughLoop]), [
      'arrow in a thread',
      'helped in a thread',
      'loop 0 in a thread',
      'loop 1 in a thread',
      'loop in main',
    ])
    await assert.rejects(forms.refuse(), forms.Refused)
  })
})

describe('thousands of functions of one name', () => {
  test('are registered as quickly as with names of their own, here and in a thread', async () => {
    assert.ok(ratio < 10, `${ratio} times as long here`)
    const there = await ratioThere()
    assert.ok(there < 10, `${there} times as long there`)
  })

  test('are each the right one', async () => {
    for (const index of [0, 1, 1999, 3999]) assert.equal(await functions[index](), index)
  })
})

describe('a module by its URL', () => {
  const bridged = syncToAsync(plainUrl)

  test('has its functions awaitable, without knowing of the bridge', async () => {
    assert.equal(await bridged.multiply(6, 7), 42)
    assert.notEqual(await bridged.where(), threadId)
    assert.equal(await bridged.default('export'), 'default export')
  })

  test('has the error classes of its exports', async () => {
    await assert.rejects(bridged.overflow(), plain.Overflow)
  })

  test('has the same function each time, under its name, with options for one call', async () => {
    assert.equal(bridged.multiply, bridged.multiply)
    assert.equal(bridged.multiply.name, 'multiply')
    assert.ok(isAsyncFunction(bridged.multiply))
    assert.equal(await bridged.multiply.with({ timeout: 5000 })(2, 3), 6)
  })

  test('takes the options of every bridged function', async () => {
    const pooled = syncToAsync(plainUrl, { threadSensitive: false })
    assert.notEqual(await pooled.where(), await bridged.where())
    assert.throws(() => syncToAsync(plainUrl, { threadsensitive: false }), TypeError)
  })

  test('can be awaited and returned from async functions without being called', async () => {
    assert.equal(await (async () => bridged)(), bridged)
  })

  test('may be CommonJS', async () => {
    const cjs = syncToAsync(new URL('./fixtures/naming/forms.cjs', import.meta.url))
    assert.equal(await cjs.plain(1, 2), 3)
  })

  test('may be named inside a function, later', async () => {
    const late = (() => syncToAsync(new URL('./fixtures/plain.js', import.meta.url)))()
    assert.equal(await late.multiply(2, 2), 4)
  })

  test('does not have what is exported but is no function', async () => {
    await bridged.multiply(1, 1)
    assert.equal(bridged.notAFunction, undefined)
  })

  test('is blocking by asyncToSync, and runs on the loop that called', async () => {
    assert.deepEqual(await fetchBlocking('it'), { value: 'it', thread: threadId })
  })

  test('is blocking by asyncToSync on the main thread of a program', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
import { asyncToSync } from '@syncbridge/core'
const { fetchLater } = asyncToSync(new URL(${JSON.stringify(plainUrl.href)}))
const { value, thread } = fetchLater('it')
console.log(value, thread !== 0)`,
    })
    assert.deepEqual({ stdout, late }, { stdout: 'it true\n', late: false })
  })
})

describe('a bridged function', () => {
  test('keeps name, length and own properties', () => {
    assert.deepEqual(
      [describedHere.name, describedHere.length, describedHere.role],
      ['describedHere', 2, 'writer'],
    )
    assert.deepEqual(
      [blockingHere.name, blockingHere.length, blockingHere.role],
      ['blockingHere', 1, 'reader'],
    )
    assert.equal(typeof describedHere.with, 'function')
  })

  test('is known as async where it is to be awaited, and only there', () => {
    assert.equal(isAsyncFunction(describedHere), true)
    assert.equal(isAsyncFunction(blockingHere), false)
    assert.equal(isAsyncFunction(syncToAsync), false)
    assert.equal(
      isAsyncFunction(async () => {}),
      true,
    )
    assert.equal(
      isAsyncFunction(() => {}),
      false,
    )
    assert.equal(isAsyncFunction(undefined), false)
    const looksSync = () => Promise.resolve()
    assert.equal(markAsyncFunction(looksSync), looksSync)
    assert.equal(isAsyncFunction(looksSync), true)
  })
})

describe('misuse when wrapping', () => {
  const sync = () => {}
  const async = async () => {}

  test('with what is no function is a TypeError', () => {
    for (const wrong of [1, 'name', undefined, null, true]) {
      assert.throws(
        () => syncToAsync(wrong),
        /TypeError: syncToAsync can only be applied to sync functions/,
      )
      assert.throws(
        () => asyncToSync(wrong),
        /TypeError: asyncToSync can only be applied to async functions/,
      )
    }
  })

  test('is told with what was given', () => {
    for (const [wrong, given] of [
      [undefined, 'undefined'],
      [null, 'null'],
      ['./name.js', 'string ./name.js'],
      [new Date(), 'a value of type object'],
    ])
      for (const verb of [syncToAsync, asyncToSync])
        assert.throws(() => verb(wrong), {
          message: new RegExp(`functions, and not to ${given}\\.`),
        })
    assert.throws(() => syncToAsync(async), {
      message:
        /, and async is async\. Await it directly; inside synchronous code, call it through asyncToSync\.$/,
    })
  })

  test('with an option of another type is a TypeError that says what was given', () => {
    for (const [misuse, message] of [
      [
        () => syncToAsync(sync, { threadSensitive: 'no' }),
        /threadSensitive must be true or false, got string no$/,
      ],
      [
        () => asyncToSync(async, { forceNewLoop: 1 }),
        /forceNewLoop must be true or false, got number 1$/,
      ],
      [
        () => syncToAsync(sync, { timeout: '5' }),
        /timeout must be a positive number of milliseconds, got string 5$/,
      ],
      [
        () => configure({ pool: { maxThreads: '2' } }),
        /pool\.maxThreads must be a whole number, at least 1, got string 2$/,
      ],
      [() => configure({ pool: 4 }), /configure: pool must be an object, got number 4$/],
      [() => configure({ spin: 'yes' }), /spin must be true or false, got string yes$/],
      [
        () => syncToAsync('./module.js'),
        /A module is named by a URL: new URL\(…, import\.meta\.url\)\.$/,
      ],
    ])
      assert.throws(misuse, { name: 'TypeError', message })
  })

  test('with an async function where a sync one belongs is a TypeError', () => {
    const message = /TypeError: syncToAsync can only be applied to sync functions/
    assert.throws(() => syncToAsync(async), message)
    assert.throws(() => syncToAsync(async function* () {}), message)
    assert.throws(() => syncToAsync(markAsyncFunction(() => Promise.resolve())), message)
    assert.throws(() => syncToAsync(describedHere), message)
    assert.throws(() => syncToAsync({ threadSensitive: false })(async), message)
  })

  test('with an option that is unknown is a TypeError that names it', () => {
    assert.throws(
      () => syncToAsync(sync, { threadsensitive: false }),
      /TypeError.*'threadsensitive'/,
    )
    assert.throws(() => syncToAsync({ forceNewLoop: true }), /TypeError.*'forceNewLoop'/)
    assert.throws(
      () => asyncToSync(async, { threadSensitive: true }),
      /TypeError.*'threadSensitive'/,
    )
    assert.throws(() => asyncToSync({ signal: null }), /TypeError.*'signal'/)
    assert.throws(
      () => describedHere.with({ threadSensitive: true }),
      /TypeError.*'threadSensitive'/,
    )
    assert.throws(() => syncToAsync(sync, false), TypeError)
    assert.throws(() => syncToAsync(sync, null), TypeError)
    assert.throws(() => asyncToSync(async, 'fast'), TypeError)
  })

  test('with an executor for thread-sensitive calls is a TypeError', () => {
    assert.throws(() => syncToAsync(sync, { executor: {} }), TypeError)
    assert.throws(() => syncToAsync(sync, { executor: {}, threadSensitive: true }), TypeError)
  })

  test('inside a function is a RegistrationError, at once, that shows the ways out', () => {
    for (const wrong of [
      () => syncToAsync(sync),
      () => asyncToSync(async),
      () => syncToAsync({ threadSensitive: false })(sync),
    ]) {
      assert.throws(wrong, (error) => {
        assert.ok(error instanceof RegistrationError)
        assert.equal(error.code, 'SYNCBRIDGE_REGISTRATION')
        assert.match(error.message, /top level of a module/)
        assert.match(error.message, /new URL\(/)
        return true
      })
    }
  })

  test('with a function that does not look async is a warning, and works', async (t) => {
    const { stdout, stderr, late } = await runFiles(t, {
      'main.mjs': `
import { marked, plain, promised } from './calls.mjs'
console.log(plain(1), promised(2), marked(3))`,
      'calls.mjs': `
import { asyncToSync, markAsyncFunction } from '@syncbridge/core'
export const plain = asyncToSync(function plain(value) { return value })
export const promised = asyncToSync(function promised(value) { return Promise.resolve(value) })
export const marked = asyncToSync(markAsyncFunction(function marked(value) { return Promise.resolve(value) }))`,
    })
    assert.deepEqual({ stdout, late }, { stdout: '1 2 3\n', late: false })
    assert.equal(stderr.match(/SYNCBRIDGE_NOT_ASYNC/g)?.length, 2, stderr)
    assert.doesNotMatch(stderr, /marked \(/)
  })
})

describe('where a program lies', () => {
  const names = [
    'with space',
    'has#hash',
    '100%',
    '%41bc',
    'Ünïcode-日本',
    "quote's & (brackets)",
    'q?mark',
  ]
  for (const folderName of names) {
    test(`does not matter, in both formats and directions: ${folderName}`, async (t) => {
      const calls = (importing, exporting) => `
${importing}
class Refused extends Error {}
const add = syncToAsync((a, b) => { if (b === undefined) throw new Refused('no'); return a + b })
const down = asyncToSync(async (n) => add(n, 1))
const addOnPool = syncToAsync((a, b) => a + b, { threadSensitive: false })
${exporting}`
      const { stdout, stderr, late } = await runFiles(
        t,
        {
          'main.mjs': `
import { syncToAsync } from '@syncbridge/core'
import * as esm from './calls.mjs'
import cjs from './calls.cjs'
console.log(esm.down(1), cjs.down(2))
console.log(await esm.add(1, 1), await cjs.add(1, 2), await esm.addOnPool(2, 2), await cjs.addOnPool(2, 3))
const byUrl = syncToAsync(new URL('./plain.mjs', import.meta.url))
console.log(await byUrl.six())
await esm.add(1).catch((error) => console.log(error instanceof esm.Refused, error.stack.includes('core/dist')))
await cjs.add(1).catch((error) => console.log(error instanceof cjs.Refused))`,
          'calls.mjs': calls(
            `import { asyncToSync, syncToAsync } from '@syncbridge/core'`,
            'export { add, addOnPool, down, Refused }',
          ),
          'calls.cjs': calls(
            `const { asyncToSync, syncToAsync } = require('@syncbridge/core')`,
            'module.exports = { add, addOnPool, down, Refused }',
          ),
          'plain.mjs': 'export const six = () => 6',
        },
        { folderName },
      )
      assert.deepEqual(
        { stdout, stderr, late },
        { stdout: '2 3\n2 3 4 5\n6\ntrue false\ntrue\n', stderr: '', late: false },
      )
    })
  }

  test('and that the package itself lies in such a folder does not matter either', async (t) => {
    const { cpSync } = await import('node:fs')
    const { folderOf, runInProcess } = await import('./support/run-in-process.js')
    const folder = folderOf(
      t,
      {
        'main.mjs': `
import { asyncToSync } from '@syncbridge/core'
import { createRequire } from 'node:module'
import { add, down } from './calls.mjs'
const cjs = createRequire(import.meta.url)('@syncbridge/core')
console.log(down(1), await add(1, 2), cjs.asyncToSync !== asyncToSync, cjs.stats().threads.length)`,
        'calls.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
export const add = syncToAsync((a, b) => a + b)
export const down = asyncToSync(async (n) => add(n, 1))`,
      },
      'a #1 100% é',
    )
    const home = new URL('..', import.meta.url)
    const copy = join(folder, 'node_modules', '@syncbridge', 'core')
    cpSync(new URL('dist', home), join(copy, 'dist'), { recursive: true })
    cpSync(new URL('package.json', home), join(copy, 'package.json'))
    const { stdout, stderr, late } = await runInProcess(join(folder, 'main.mjs'))
    assert.deepEqual({ stdout, stderr, late }, { stdout: '2 3 true 2\n', stderr: '', late: false })
  })
})

describe('odd surroundings', () => {
  const calls = `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
export const add = syncToAsync((a, b) => a + b)
export const down = asyncToSync(async (n) => add(n, 1))`

  test('a program’s own Error.prepareStackTrace and stackTraceLimit are respected and survive', async (t) => {
    const { stdout, stderr, late } = await runFiles(t, {
      'main.mjs': `
Error.stackTraceLimit = 0
const mine = () => 'prepared'
Error.prepareStackTrace = mine
const { add, down } = await import('./calls.mjs')
console.log(down(1), await add(1, 2), Error.stackTraceLimit, Error.prepareStackTrace === mine, new Error().stack)`,
      'calls.mjs': calls,
    })
    assert.deepEqual(
      { stdout, stderr, late },
      { stdout: '2 3 0 true prepared\n', stderr: '', late: false },
    )
  })

  for (const flags of [
    ['--enable-source-maps'],
    ['--preserve-symlinks'],
    ['--stack-trace-limit=1'],
  ]) {
    test(`a program works under ${flags.join(' ')}`, async (t) => {
      const { stdout, stderr, late } = await runFiles(
        t,
        {
          'main.mjs': `import { add, down } from './calls.mjs'\nconsole.log(down(1), await add(1, 2))`,
          'calls.mjs': calls,
        },
        { nodeArgs: flags },
      )
      assert.deepEqual({ stdout, stderr, late }, { stdout: '2 3\n', stderr: '', late: false })
    })
  }

  test('a module imported under two queries is two modules, each with its own state', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
const one = await import('./count.mjs?one')
const two = await import('./count.mjs?two')
console.log(await one.count(), await one.count(), await two.count(), one.countAsync(), one.countAsync(), two.countAsync())`,
      'count.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
let calls = 0
export const count = syncToAsync(() => ++calls)
export const countAsync = asyncToSync(async () => ++calls)`,
    })
    assert.deepEqual({ stdout, late }, { stdout: '1 2 1 1 2 1\n', late: false })
  })

  test('a module that begins with a byte order mark, a shebang or a comment is found', async (t) => {
    const body = (n) =>
      `import { syncToAsync } from '@syncbridge/core'; export const say = syncToAsync(() => ${n})\n`
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
for (const name of ['bom', 'shebang', 'comment', 'minified']) {
  const { say } = await import('./' + name + '.mjs')
  console.log(name, await say())
}`,
      'bom.mjs': `\uFEFF${body(1)}`,
      'shebang.mjs': `#!/usr/bin/env node\n${body(2)}`,
      'comment.mjs': `/* a licence\n that is long */ ${body(3)}`,
      'minified.mjs': `import{syncToAsync as s}from'@syncbridge/core';const f=[1,2,3,4].map(n=>s(()=>n));export const say=f[3];`,
    })
    assert.deepEqual(
      { stdout, late },
      { stdout: 'bom 1\nshebang 2\ncomment 3\nminified 4\n', late: false },
    )
  })

  test('a call that a module makes at its own top level, also in a thread, holds nobody up', async (t) => {
    const { stdout, late, code } = await runFiles(t, {
      'main.mjs': `import { add, sum } from './calls.mjs'\nconsole.log(sum, await add(2, 2))`,
      'calls.mjs': `
import { syncToAsync } from '@syncbridge/core'
export const add = syncToAsync((a, b) => a + b)
export const sum = await add(1, 2)`,
    })
    assert.deepEqual({ stdout, late, code }, { stdout: '3 4\n', late: false, code: 0 })
  })

  test('two modules that import each other are found', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `import { ping } from './ping.mjs'\nconsole.log(await ping(6))`,
      'ping.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
import { pong } from './pong.mjs'
const later = asyncToSync(async (n) => pong(n))
export const ping = syncToAsync((n) => (n === 0 ? 'ping' : later(n - 1)))`,
      'pong.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
import { ping } from './ping.mjs'
const later = asyncToSync(async (n) => ping(n))
export const pong = syncToAsync((n) => (n === 0 ? 'pong' : later(n - 1)))`,
    })
    assert.deepEqual({ stdout, late }, { stdout: 'ping\n', late: false })
  })

  test('a module with a top-level await that only a blocked thread needs is an error that says what to do', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
import { asyncToSync } from '@syncbridge/core'
const { outer } = asyncToSync(new URL('./outer.mjs', import.meta.url))
try { console.log(outer()) } catch (error) { console.log(error.name, error.message.includes('top-level await')) }`,
      'outer.mjs': `export const outer = async () => (await import('./slow.mjs')).slow()`,
      'slow.mjs': `
import { syncToAsync } from '@syncbridge/core'
await Promise.resolve()
export const slow = syncToAsync(() => 'slow')`,
    })
    assert.deepEqual({ stdout, late }, { stdout: 'RegistrationError true\n', late: false })
  })

  test('a module with a top-level await serves a blocked thread that had it before, also by an export not asked for so far', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const slow = syncToAsync(new URL('./slow.mjs?only=once', import.meta.url))
const { outer } = syncToAsync(new URL('./outer.mjs', import.meta.url))
console.log(await slow.first())
console.log(await outer())`,
      'outer.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const slow = syncToAsync(new URL('./slow.mjs?only=once', import.meta.url))
export const outer = asyncToSync(async () => slow.second())`,
      'slow.mjs': `
globalThis.evaluated = (globalThis.evaluated ?? 0) + 1
await Promise.resolve()
export const first = () => 'first'
export const second = () => 'second, evaluated ' + globalThis.evaluated`,
    })
    assert.deepEqual({ stdout, late }, { stdout: 'first\nsecond, evaluated 1\n', late: false })
  })
})
