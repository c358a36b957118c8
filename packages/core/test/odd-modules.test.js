/** Modules by their URL that export odd things: each answers alike, whether its thread imports it or, blocked, requires it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const NAMED = `export const named = () => 'named'\n`
const NO = 'SYNCBRIDGE_REGISTRATION'
const CLASS = 'TypeError'
/** By file: its text, what the functions `hello`, `named` and `default` give, and its keys afterwards; no keys where a proxy may have any. */
const modules = {
  'proxy.mjs': [`${NAMED}export default new Proxy({ hello: () => 'hello' }, {})`, 'hello named '],
  'proxy-of-function.mjs': [`${NAMED}export default new Proxy(() => 'all', {})`, ' named all'],
  'throwing-proxy.mjs': [
    `${NAMED}const no = () => { throw new Error('trap') }
export default new Proxy(() => 'all', { get: no, has: no, ownKeys: no, getPrototypeOf: no, getOwnPropertyDescriptor: no })`,
    ' named all',
  ],
  'revoked-proxy.mjs': [
    `${NAMED}const { proxy, revoke } = Proxy.revocable({}, {})\nrevoke()\nexport default proxy`,
    ' named ',
  ],
  'class.mjs': [
    `${NAMED}export default class { static hello() { return 'hello' } static get bad() { throw new Error('getter') } }`,
    `hello named ${CLASS}`,
    'default,hello,named',
  ],
  'frozen.mjs': [
    `${NAMED}export default Object.freeze({ hello: () => 'hello' })`,
    'hello named ',
    'hello,named',
  ],
  'bare.mjs': [
    `${NAMED}export default Object.assign(Object.create(null), { hello: () => 'hello' })`,
    'hello named ',
    'hello,named',
  ],
  'odd-function.mjs': [
    `${NAMED}function all() { return 'all' }
Object.assign(all, { hello: () => 'hello', with: 5, call: 1, apply: null, toString: null, then() { throw new Error('then') } })
for (const name of ['name', 'bad']) Object.defineProperty(all, name, { get() { throw new Error(name) } })
export default all`,
    'hello named all',
    'default,hello,named',
  ],
  'again.mjs': [
    `export * from './bare.mjs'\nexport * as ns from './frozen.mjs'\nexport { default as hello } from './all.mjs'`,
    'hello named ',
    'hello,named',
  ],
  'all.mjs': [`export default () => 'hello'`, '  hello', 'default'],
  'names.mjs': [
    `const hello = () => 'hello'\nexport { hello, hello as 'a b', hello as constructor, hello as with, hello as __proto__, hello as toString }`,
    'hello  ',
    '__proto__,a b,constructor,hello,toString,with',
  ],
  'function.cjs': [
    `module.exports = () => 'all'\nmodule.exports.named = () => 'named'`,
    ' named all',
    'default,named',
  ],
  'class.cjs': [
    `module.exports = class { static hello() { return 'hello' } }`,
    `hello  ${CLASS}`,
    'default,hello',
  ],
  'getters.cjs': [
    `Object.defineProperty(exports, 'bad', { enumerable: true, get() { throw new Error('bad') } })
Object.defineProperty(exports, 'hello', { enumerable: true, get: () => () => 'hello' })`,
    'hello  ',
    'hello',
  ],
  'frozen.cjs': [`module.exports = Object.freeze({ hello: () => 'hello' })`, 'hello  ', 'hello'],
  'compiled.cjs': [
    `Object.defineProperty(exports, '__esModule', { value: true })\nexports.hello = () => 'hello'\nexports.default = { hello: () => 'wrong' }`,
    'hello  ',
    'hello',
  ],
  'five.cjs': ['module.exports = 5', '  ', ''],
  'nothing.cjs': ['module.exports = null', '  ', ''],
  'promise.cjs': [`module.exports = Promise.resolve({ hello: () => 'hello' })`, '  ', ''],
}
const files = {
  'main.mjs': `
import { ask, askBelow } from './ask.mjs'
process.on('warning', () => {})
for (const file of ${JSON.stringify(Object.keys(modules))})
  console.log(JSON.stringify([file, ...(await (process.env.BELOW ? askBelow : ask)(file))]))`,
  ...Object.fromEntries(Object.entries(modules).map(([file, [text]]) => [file, text])),
  'ask.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
export async function ask(file) {
  const module = syncToAsync(new URL('./' + file, import.meta.url))
  const said = []
  for (const name of ['hello', 'named', 'default'])
    said.push(typeof module[name] === 'function' ? await module[name]().catch((error) => error.code ?? error.name) : '${NO}')
  return [said.join(' '), Object.keys(module).sort().join()]
}
const askBlocking = asyncToSync(ask)
export const askBelow = syncToAsync((file) => askBlocking(file))`,
}

describe('a module by its URL that exports odd things', () => {
  for (const [way, env] of [
    ['is imported by an idle thread', {}],
    ['is required by a blocked thread', { BELOW: '1' }],
  ])
    test(`has the functions that it exports, and fails a call of any other, where it ${way}`, async (t) => {
      const { stdout, code, stderr } = await runFiles(t, files, { env })
      assert.equal(code, 0, stderr)
      const told = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      const wanted = Object.entries(modules).map(([file, [, answers, keys = '']]) => [
        file,
        answers
          .split(' ')
          .map((answer) => answer || NO)
          .join(' '),
        keys,
      ])
      assert.deepEqual(told, wanted)
    })

  test('may throw what can’t be printed: its calls fail with a RegistrationError', async (t) => {
    const { stdout } = await runFiles(t, {
      'main.mjs': `
import { syncToAsync } from '@syncbridge/core'
const { f } = syncToAsync(new URL('./throws.mjs', import.meta.url), { timeout: 10_000 })
await f().catch(({ code, message }) => console.log(code, message.includes('can’t be printed')))`,
      'throws.mjs': `throw { toString() { throw this } }`,
    })
    assert.equal(stdout, `${NO} true\n`)
  })
})
