import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { asyncToSync, syncToAsync } from '@syncbridge/core'
import ts from 'typescript'
import { runFiles } from './support/run-in-process.js'

const source = `
import { isMainThread } from 'node:worker_threads'
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const side = isMainThread ? 'main' : 'a thread'
export class Ledger {
  static owner = 'Ada'
  @syncToAsync static balance(amount) { return this.owner + ' has ' + amount + ' in ' + side }
  @syncToAsync({ threadSensitive: false }) static post(amount) { return 'posted ' + amount + ' in ' + side }
  @asyncToSync static async load(id) { return this.owner + "'s " + id + ' in ' + side }
  @syncToAsync static throughLoop(id) { return Ledger.load(id) }
}`
const main = `
import { isAsyncFunction } from '@syncbridge/core'
import { Ledger } from './ledger.mjs'
console.log(await Ledger.balance(3))
console.log(await Ledger.post(4))
console.log(Ledger.load('book'))
console.log(await Ledger.throughLoop('page'))
console.log(Ledger.balance.name, Ledger.balance.length, isAsyncFunction(Ledger.balance))`

describe('a decorator', () => {
  for (const [kind, experimentalDecorators] of [
    ['of the language', false],
    ['of experimentalDecorators', true],
  ]) {
    test(`${kind} bridges static methods, whose \`this\` is their class`, async (t) => {
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: {
          experimentalDecorators,
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2022,
        },
      })
      const { stdout, stderr, late } = await runFiles(t, {
        'main.mjs': main,
        'ledger.mjs': outputText,
      })
      assert.deepEqual(
        { stdout, stderr, late },
        {
          stdout: [
            'Ada has 3 in a thread',
            'posted 4 in a thread',
            "Ada's book in a thread",
            "Ada's page in main",
            'balance 1 true',
            '',
          ].join('\n'),
          stderr: '',
          late: false,
        },
      )
    })
  }

  const heirs = `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
export class Base {
  static tag = 'Base'
  @syncToAsync static describe(what) { return this.tag + ' ' + what }
  @syncToAsync static *list(what) { yield this.tag + ' ' + what }
  @syncToAsync static above() { return typeof super.toString }
  @syncToAsync static plain(what) { return 'any ' + what }
  @asyncToSync static async load(what) { return this.tag + ' ' + what }
}
export class Derived extends Base { static tag = 'Derived' }
export class Farther extends Derived {}
export class Own extends Base {
  static tag = 'Own'
  @syncToAsync static describe(what) { return 'own ' + this.tag + ' ' + what }
}`
  const callHeirs = `
import { Base, Derived, Farther, Own } from './heirs.mjs'
const said = async (call) => {
  try { console.log(await call()) } catch ({ name, message }) { console.log(name + ':', message.slice(0, message.indexOf(','))) }
}
for (const Class of [Base, Derived, Farther, Own]) {
  console.log('--', Class.name)
  await said(() => Class.describe(1))
  await said(async () => { for await (const item of Class.list(1)) return item })
  await said(() => Class.above())
  await said(() => Class.plain(1))
  await said(() => Class.load(1))
}
const { describe } = Base
await said(() => describe(2))
await said(() => ({ describe }).describe(2))
await said(() => Base.describe.with({ timeout: 9000 })(2))`
  const refusedOn = (heir, name) =>
    `TypeError: The static method '${name}' was bridged in the class Base and called on ${heir}`
  const ofHeir = (heir, described) => [
    `-- ${heir}`,
    described ?? refusedOn(heir, 'describe'),
    refusedOn(heir, 'list'),
    refusedOn(heir, 'above'),
    'any 1',
    refusedOn(heir, 'load'),
  ]

  for (const [kind, experimentalDecorators] of [
    ['of the language', false],
    ['of experimentalDecorators', true],
  ])
    test(`${kind} refuses a method that reads \`this\` and is called on a class that inherits it`, async (t) => {
      const { outputText } = ts.transpileModule(heirs, {
        compilerOptions: {
          experimentalDecorators,
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2022,
        },
      })
      const { stdout, stderr } = await runFiles(t, {
        'main.mjs': callHeirs,
        'heirs.mjs': outputText,
      })
      assert.equal(stderr, '')
      assert.deepEqual(stdout.trimEnd().split('\n'), [
        '-- Base',
        'Base 1',
        'Base 1',
        'function',
        'any 1',
        'Base 1',
        ...ofHeir('Derived'),
        ...ofHeir('Farther'),
        ...ofHeir('Own', 'own Own 1'),
        'Base 2',
        'Base 2',
        'Base 2',
      ])
    })

  const method = () => {}
  const context = (kind, isStatic) => ({
    kind,
    name: 'close',
    static: isStatic,
    addInitializer() {},
  })

  test('refuses methods that need an object, and what is no method, and shows the way', () => {
    const message = /TypeError: .*'close'.*static methods.*top level/s
    for (const verb of [syncToAsync, asyncToSync, syncToAsync({ timeout: 5 }), asyncToSync({})]) {
      assert.throws(() => verb(method, context('method', false)), message)
      assert.throws(() => verb(method, context('getter', true)), message)
      assert.throws(() => verb(undefined, context('field', true)), message)
      assert.throws(() => verb(class {}, context('class')), message)
      assert.throws(() => verb({}, 'close', { value: method }), message)
      assert.throws(() => verb(class {}, 'close', { get: method }), message)
    }
  })

  test('refuses an async static method where a sync one belongs', () => {
    const asynchronous = async () => {}
    assert.throws(
      () => syncToAsync(asynchronous, context('method', true)),
      /can only be applied to sync/,
    )
    assert.throws(
      () => syncToAsync(class {}, 'load', { value: asynchronous }),
      /can only be applied to sync/,
    )
  })
})

describe('a method that was bridged like a function', () => {
  test('fails with what to do when it uses `this`', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
import { count, countLater, bound } from './ledger.mjs'
const told = (error) => console.log(error.name, error.message)
await count().catch(told)
try { countLater() } catch (error) { told(error) }
console.log(await bound())`,
      'ledger.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
class Ledger {
  entries = [1, 2]
  count() { return this.entries.length }
  async countLater() { return this.entries.length }
}
const ledger = new Ledger()
export const count = syncToAsync(ledger.count)
export const countLater = asyncToSync(ledger.countLater)
export const bound = syncToAsync(ledger.count.bind(ledger))`,
    })
    const [first, second, third] = stdout.split('\n')
    assert.match(first, /^TypeError .*'entries'.*count \(.*ledger\.mjs.*`this`.*\.bind\(/)
    assert.match(second, /^TypeError .*'entries'.*countLater \(.*ledger\.mjs.*`this`.*\.bind\(/)
    assert.deepEqual({ third, late }, { third: '2', late: false })
  })
})

describe('a module that a thread can’t load', () => {
  test('with a top-level await, on a blocked thread, is told to be loaded before, and can be', async (t) => {
    const files = (setup) => ({
      'main.mjs': `
import { configure, syncToAsync } from '@syncbridge/core'
import { start } from './start.mjs'
${setup}
await start().then(console.log, (error) => console.log(error.code, error.message))`,
      'start.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const late = syncToAsync(new URL('./late.mjs', import.meta.url))
const up = asyncToSync(async () => late.value())
export const start = syncToAsync(() => up())`,
      'late.mjs': `await new Promise((resolve) => setImmediate(resolve)); export const value = () => 'loaded'`,
    })
    const refused = await runFiles(t, files(''))
    assert.match(
      refused.stdout,
      /^SYNCBRIDGE_REGISTRATION .*value \(.*late\.mjs\).*top-level await.*configure\(\{ setup \}\)/s,
    )
    const loaded = await runFiles(
      t,
      files(`configure({ setup: [new URL('./late.mjs', import.meta.url).href] })`),
    )
    assert.deepEqual([loaded.stdout, loaded.late, refused.late], ['loaded\n', false, false])
  })

  test('because it is not there is told as a matter of the bundler', async (t) => {
    const { stdout } = await runFiles(t, {
      'main.mjs': `
import { syncToAsync } from '@syncbridge/core'
const { value } = syncToAsync(new URL('./missing.mjs', import.meta.url))
await value().catch((error) => console.log(error.code, error.message))`,
    })
    assert.match(stdout, /^SYNCBRIDGE_REGISTRATION .*value \(.*missing\.mjs\).*no such file.*entry/)
  })

  test('under a test runner is told as a matter of what a thread does not see', async (t) => {
    const { stdout } = await runFiles(
      t,
      {
        'main.mjs': `
import { syncToAsync } from '@syncbridge/core'
const { value } = syncToAsync(new URL('./aliased.mjs', import.meta.url))
await value().catch((error) => console.log(error.code, error.message))`,
        'aliased.mjs': `import '@/alias'; export const value = () => 1`,
      },
      { env: { VITEST: 'true' } },
    )
    assert.match(stdout, /^SYNCBRIDGE_REGISTRATION .*aliased\.mjs.*mocks of Vitest.*execArgv/)
  })
})
