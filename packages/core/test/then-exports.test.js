/** Modules and functions that have a `then`: no promise may adopt them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const run = (t, { 'main.mjs': main, ...files }) => runFiles(t, { 'main.mjs': main, ...files })

const functions = `
export const add = (a, b) => a + b
export const addAsync = async (a, b) => a + b`
const modules = {
  'never.mjs': `${functions}\nexport const then = () => { globalThis.called = true }\nexport const called = () => String(globalThis.called)`,
  'resolves.mjs': `${functions}\nfunction then(resolve) { globalThis.called = true; resolve({ add: () => 'wrong' }) }\nexport { then }\nexport const called = () => String(globalThis.called)`,
  'rejects.mjs': `${functions}\nconst no = (_, reject) => { globalThis.called = true; reject(new Error('adopted')) }\nexport { no as then }\nexport const called = () => String(globalThis.called)`,
  'escaped.mjs': `${functions}\nconst no = () => { globalThis.called = true }\nexport { no as \\u0074hen }\nexport const called = () => String(globalThis.called)`,
  'awaiting.mjs': `${functions}\nawait null\nexport const then = () => { globalThis.called = true }\nexport const called = () => String(globalThis.called)`,
  'star.mjs': `export * from './never.mjs'`,
  'common.cjs': `exports.add = (a, b) => a + b\nexports.addAsync = async (a, b) => a + b\nexports.then = () => { globalThis.called = true }\nexports.called = () => String(globalThis.called)`,
  'again.cjs': `module.exports = require('./common.cjs')`,
}

describe('a module that exports then', () => {
  for (const name of Object.keys(modules))
    test(`serves its functions, and then is not called: ${name}`, async (t) => {
      const { stdout, stderr, late } = await run(t, {
        ...modules,
        'other.mjs': `import { syncToAsync } from '@syncbridge/core'\nexport const echo = syncToAsync((value) => value)`,
        'main.mjs': `
import { asyncToSync, configure, syncToAsync } from '@syncbridge/core'
import { echo } from './other.mjs'
const url = new URL('./${name}', import.meta.url)
const { add, called } = syncToAsync(url, { timeout: 5000 })
console.log(await add(1, 2), await called(), await echo(3))
const loop = asyncToSync(url, { timeout: 5000 })
console.log(loop.addAsync(3, 4))`,
      })
      assert.deepEqual(
        { stdout, stderr, late },
        { stdout: '3 undefined 3\n7\n', stderr: '', late: false },
      )
    })

  test('may be a setup module', async (t) => {
    const { stdout, late } = await run(t, {
      ...modules,
      'main.mjs': `
import { configure, syncToAsync } from '@syncbridge/core'
const url = new URL('./never.mjs', import.meta.url)
configure({ setup: [url.href], startTimeout: 5000 })
console.log(await syncToAsync(url).add(1, 2))`,
    })
    assert.deepEqual({ stdout, late }, { stdout: '3\n', late: false })
  })
})

test('a function that has a method then is called, and the method is not', async (t) => {
  const { stdout, late } = await run(t, {
    'functions.mjs': `
import { syncToAsync } from '@syncbridge/core'
const odd = (fn) => Object.assign(fn, { then() { globalThis.called = true } })
export const plain = odd(() => String(globalThis.called))
export const bridged = syncToAsync(odd(() => String(globalThis.called)))`,
    'main.mjs': `
import { syncToAsync } from '@syncbridge/core'
import { bridged } from './functions.mjs'
const { plain } = syncToAsync(new URL('./functions.mjs', import.meta.url), { timeout: 5000 })
console.log(await plain(), await bridged.with({ timeout: 5000 })())`,
  })
  assert.deepEqual({ stdout, late }, { stdout: 'undefined undefined\n', late: false })
})

test('a module that fails or is not there is evaluated once, and its own error is the cause', async (t) => {
  const { stdout, late } = await run(t, {
    'fails.mjs': `console.log('evaluated')\nexport const then = () => {}\nexport const f = () => {}\nthrow new RangeError('at its top level')`,
    'main.mjs': `
import { syncToAsync } from '@syncbridge/core'
for (const name of ['fails', 'none']) {
  const { f } = syncToAsync(new URL('./' + name + '.mjs', import.meta.url))
  await f().catch(({ code, cause }) => console.log(code, cause.name, cause.code, cause.message.includes('data:')))
}`,
  })
  assert.deepEqual(
    { stdout: stdout.split('\n'), late },
    {
      stdout: [
        'evaluated',
        'SYNCBRIDGE_REGISTRATION RangeError undefined false',
        'SYNCBRIDGE_REGISTRATION Error ERR_MODULE_NOT_FOUND false',
        '',
      ],
      late: false,
    },
  )
})
