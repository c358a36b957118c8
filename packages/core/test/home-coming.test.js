/** Sync code that is given a function calls it through `asyncToSync` wherever it runs, and registers nothing for the code below it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const library = `
import { createRequire } from 'node:module'
import { threadId } from 'node:worker_threads'
import { asyncToSync, keep, registerCodec, syncToAsync } from '@syncbridge/core'
const anywhere = { threadSensitive: false }
export const here = () => threadId
export const map = syncToAsync((items, fn, options) => items.map(asyncToSync(fn, options)))
export const mapNested = syncToAsync(({ items, on: [fn] }) => items.map((item) => asyncToSync(fn)(item)))
export const withOptions = syncToAsync((fn, options) => asyncToSync(fn).with(options)())
/** Async code that calls sync code of this chain: below a blocked thread, that runs there. */
export const mapBlocking = asyncToSync(async (...args) => map(...args))
export const mapNestedBlocking = asyncToSync(async (all) => mapNested(all))
export const withOptionsBlocking = asyncToSync(async (...args) => withOptions(...args))
export const callBack = asyncToSync(async (fn) => fn())
/** On a thread of the pool, whose own function comes home to it. */
export const mapOnPool = syncToAsync((items) => {
  const own = here()
  return mapBlocking(items, (item) => [item * 10, here() === own])
}, anywhere)
const codeOf = (fn) => { try { fn(); return 'accepted' } catch ({ name, code }) { return code ?? name } }
export const register = syncToAsync(() => [
  codeOf(() => asyncToSync(async () => 1)),
  codeOf(() => syncToAsync(() => 1)),
  codeOf(() => [1].map(() => asyncToSync(async () => 1))),
])
export const registerBlocking = asyncToSync(async () => register())
export const require = syncToAsync(() => createRequire(import.meta.url)('./required.cjs').double(4))
export const requireBlocking = asyncToSync(async () => require())
export const same = syncToAsync((value) => value)
let kept
export const keepIt = syncToAsync((fn) => { kept = keep(fn) })
export const callKept = syncToAsync((item) => asyncToSync(kept)(item))
const inline = { submit: async (call) => call.run() }
const inlined = (fn) => syncToAsync(fn, { ...anywhere, executor: inline })
export const mapInline = inlined((items, fn) => items.map(asyncToSync(fn)))
export const mapNestedInline = inlined(({ items, on: [fn] }) => items.map((item) => asyncToSync(fn)(item)))
export const registerInline = inlined(() => [codeOf(() => asyncToSync(async () => 1)), codeOf(() => syncToAsync(() => 1))])
export const withOptionsInline = inlined((fn, options) => asyncToSync(fn).with(options)())
export const keepInline = inlined((fn) => { kept = keep(fn) })
export const callKeptInline = inlined((item) => asyncToSync(kept)(item))`
const required = `
const { asyncToSync } = require('@syncbridge/core')
const twice = asyncToSync(async (value) => value * 2)
exports.double = (value) => twice(value)`

/** Runs `main` as a program. @returns what it printed; it prints first that it has begun. */
async function linesOf(t, main, files = {}) {
  const { stdout, stderr, code, late } = await runFiles(t, {
    'main.mjs': `
import * as lib from './library.mjs'
import { ThreadSensitiveContext, asyncToSync, syncToAsync } from '@syncbridge/core'
console.log('begins on', lib.here())
const say = (...what) => console.log(...what.map((value) => typeof value === 'string' ? value : JSON.stringify(value)))
const codeOf = (fn) => { try { return fn() } catch ({ name, code }) { return code ?? name } }
${main}`,
    'library.mjs': library,
    'required.cjs': required,
    ...files,
  })
  assert.deepEqual({ code, late, stderr }, { code: 0, late: false, stderr: '' })
  const [first, ...rest] = stdout.trimEnd().split('\n')
  assert.equal(first, 'begins on 0')
  return rest
}

describe('a function that comes home to the thread that is blocked in a program’s top level', () => {
  test('is run by asyncToSync, and the program begins once', async (t) => {
    assert.deepEqual(
      await linesOf(
        t,
        `say(lib.mapBlocking([1, 2], (item) => [item * 10, lib.here()]))
say(lib.mapNestedBlocking({ items: [3], on: [(item) => item + 1] }))
say(codeOf(() => lib.mapBlocking([1], () => { throw new RangeError('mine') })))
say(lib.mapBlocking([1], function* (item) { yield item }).map((items) => [...items]))`,
      ),
      ['[[10,0],[20,0]]', '[4]', 'RangeError', '[[1]]'],
    )
  })

  test('is refused where it is async, before it begins or with its promise', async (t) => {
    assert.deepEqual(
      await linesOf(
        t,
        `let begun = 0
say(codeOf(() => lib.mapBlocking([1], async () => { begun += 1 })), begun)
say(codeOf(() => lib.mapBlocking([1], async function* () { begun += 1 })), begun)
say(codeOf(() => lib.mapBlocking([1], () => Promise.reject(new Error('nobody’s')))))
say(codeOf(() => lib.mapBlocking([1], () => (async function* () {})())))`,
      ),
      [
        'SYNCBRIDGE_DEADLOCK 0',
        'SYNCBRIDGE_DEADLOCK 0',
        'SYNCBRIDGE_DEADLOCK',
        'SYNCBRIDGE_DEADLOCK',
      ],
    )
  })

  test('takes the options of a call', async (t) => {
    assert.deepEqual(
      await linesOf(
        t,
        // Twenty times the one timeout, and a fraction of the other.
        `const slow = () => { const end = performance.now() + 20; while (performance.now() < end); return 1 }
say(codeOf(() => lib.withOptionsBlocking(slow, { timeout: 1 })))
say(lib.withOptionsBlocking(slow, { timeout: 10_000 }))
say(codeOf(() => lib.mapBlocking([1], slow, { timeout: 1 })), codeOf(() => lib.mapBlocking([1], slow, { forceNewLoop: true })))`,
      ),
      ['SYNCBRIDGE_CALL_TIMEOUT', '1', 'SYNCBRIDGE_CALL_TIMEOUT TypeError'],
    )
  })

  test('is given up where it aborts the signal of its own call', async (t) => {
    assert.deepEqual(
      await linesOf(
        t,
        `const controller = new AbortController()
const { signal } = controller
const aborting = () => { controller.abort(new Error('enough')); return 1 }
say(await lib.withOptionsInline(aborting, { signal }).catch(({ message }) => message))`,
      ),
      ['enough'],
    )
  })
})

test('a function of a pool thread that comes home to it is run by asyncToSync', async (t) => {
  assert.deepEqual(await linesOf(t, `say(await lib.mapOnPool([1, 2]))`), ['[[10,true],[20,true]]'])
})

test('a function that has come home can be registered by the module that has it', async (t) => {
  assert.deepEqual(
    await linesOf(t, `import { blocking } from './module.mjs'\nsay(blocking(1))`, {
      'module.mjs': `
import { asyncToSync } from '@syncbridge/core'
import { isMainThread } from 'node:worker_threads'
import { same } from './library.mjs'
const increment = async (value) => value + 1
if (isMainThread && (await same(increment)) !== increment) throw new Error('not the same')
export const blocking = asyncToSync(increment)`,
    }),
    ['2'],
  )
})

describe('a call that a thread runs while it is blocked in a program’s top level', () => {
  test('registers nothing for it', async (t) => {
    const refused = `["SYNCBRIDGE_REGISTRATION","SYNCBRIDGE_REGISTRATION","SYNCBRIDGE_REGISTRATION"]`
    assert.deepEqual(await linesOf(t, `say(lib.registerBlocking())\nsay(await lib.register())`), [
      refused,
      refused,
    ])
  })

  test('may require a module that registers its own functions', async (t) => {
    assert.deepEqual(await linesOf(t, `say(lib.requireBlocking())`), ['8'])
  })

  test('is refused async code of the program’s own module, which its loop would have to import', async (t) => {
    assert.deepEqual(
      await linesOf(
        t,
        `const own = asyncToSync(async () => lib.here())\nsay(codeOf(() => lib.callBack(() => own())))`,
      ),
      ['SYNCBRIDGE_ENTRY_MODULE'],
    )
  })
})

describe('a function given to a call that an executor runs where it is made', () => {
  for (const [where, run] of [
    ['at a program’s top level', (call) => `say(await ${call})`],
    ['in a function', (call) => `await (async () => { await null; say(await ${call}) })()`],
    [
      'in a context',
      (call) => `await new ThreadSensitiveContext().run(async () => say(await ${call}))`,
    ],
  ])
    test(`${where} is run by asyncToSync`, async (t) => {
      assert.deepEqual(
        await linesOf(
          t,
          [
            'lib.mapInline([1, 2], (item) => [item * 10, lib.here()])',
            'lib.mapNestedInline({ items: [3], on: [(item) => item + 1] })',
            'lib.mapInline([1], async () => 1).catch(({ code }) => code)',
            'lib.keepInline((item) => item + 2).then(() => lib.callKeptInline(5))',
          ]
            .map(run)
            .join('\n'),
        ),
        ['[[10,0],[20,0]]', '[4]', 'SYNCBRIDGE_DEADLOCK', '7'],
      )
    })

  test('behaves as with threads', async (t) => {
    assert.deepEqual(
      await linesOf(
        t,
        `say(await lib.map([1, 2], (item) => item * 10))
say(await lib.mapNested({ items: [3], on: [(item) => item + 1] }))
await lib.keepIt((item) => item + 2)
say(await lib.callKept(5))`,
      ),
      ['[10,20]', '[4]', '7'],
    )
  })

  test('registers nothing', async (t) => {
    assert.deepEqual(await linesOf(t, `say(await lib.registerInline())`), [
      '["SYNCBRIDGE_REGISTRATION","SYNCBRIDGE_REGISTRATION"]',
    ])
  })
})
