/** What a module that is named by its URL looks like, before and after its exports are known. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const images = `
export const hello = () => 'hello'
export const inspect = () => 'inspected'
export const later = async () => 'later'
export const size = 3
export let unset
export default function resize() { return 'resized' }`
const other = `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
export const wrapped = syncToAsync(new URL('./images.mjs', import.meta.url))
export const blocking = asyncToSync(new URL('./images.mjs', import.meta.url))
/** The names that a thread sees before and after its own first call. */
export const seenInThread = syncToAsync(() => [blocking.later(), Object.keys(blocking).join()].join(' '))
export const seenOnPool = syncToAsync(
  () => [Object.keys(blocking).length, blocking.later(), Object.keys(blocking).join()].join(' '),
  { threadSensitive: false },
)`

/** Runs `main` with `images`, the wrapped module. @returns the lines that it printed. */
async function linesOf(t, main, files = {}) {
  const { stdout, stderr, code, late } = await runFiles(t, {
    'main.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
import { wrapped as images } from './other.mjs'
const say = (...what) => console.log(...what)
${main}
// Once nothing is left to do. A process that an error ends does not come here.
process.once('beforeExit', () => say('alive'))`,
    'images.mjs': images,
    'other.mjs': other,
    ...files,
  })
  assert.deepEqual({ code, late }, { code: 0, late: false }, stderr)
  return { lines: stdout.trimEnd().split('\n'), stderr }
}

/** Asked for by frameworks, printers and the language, of anything. */
const ASKED = [
  'toString',
  'valueOf',
  'constructor',
  'hasOwnProperty',
  'toJSON',
  'then',
  '__proto__',
  '__esModule',
  '__v_isRef',
  '$$typeof',
  '@@__IMMUTABLE_RECORD__@@',
  '_isMockFunction',
  'asymmetricMatch',
  'nodeType',
  'tagName',
  'onModuleInit',
  'onModuleDestroy',
  'onApplicationBootstrap',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
]
const asPlain = `say(${JSON.stringify(ASKED)}.filter((name) => images[name] !== ({})[name]).join() || 'as any object')`
const printing = `
say(\`\${images}\`, String(images), images + '', JSON.stringify({ images }).slice(0, 11), Object.prototype.toString.call(images))
say(typeof images[Symbol.toPrimitive], typeof images[Symbol.iterator], typeof images[Symbol.asyncIterator])
say(Object.getPrototypeOf(images) === Object.prototype, await Promise.resolve(images) === images)`
const printed = [
  '[object Object] [object Object] [object Object] {"images":{ [object Object]',
  'undefined undefined undefined',
  'true true',
]

describe('a module by its URL, before its exports are known', () => {
  test('is printed and asked as any object', async (t) => {
    const { lines, stderr } = await linesOf(t, asPlain + printing)
    assert.deepEqual(lines, ['as any object', ...printed, 'alive'])
    assert.equal(stderr, '')
  })

  test('has a function under any other name, and one that is not exported fails its call', async (t) => {
    const { lines } = await linesOf(
      t,
      `
const { hello, inspect, subscribe } = images
await subscribe().catch(({ code, message }) => say(code, message.slice(message.indexOf('has'))))
say(await hello(), await inspect(), typeof images.subscribe)`,
    )
    assert.deepEqual(lines, [
      "SYNCBRIDGE_REGISTRATION has no exported function 'subscribe' (it exports hello, inspect, later, size, unset).",
      'hello inspected undefined',
      'alive',
    ])
  })

  test('lives on after a call that nobody awaits of what is not exported, and a warning tells of it', async (t) => {
    const { lines, stderr } = await linesOf(
      t,
      `images.subscribe(); images.pipe.with({ timeout: 5000 })(); say(await images.hello())`,
    )
    assert.deepEqual(lines, ['hello', 'alive'])
    assert.equal(stderr.match(/SYNCBRIDGE_NO_EXPORT/g).length, 2)
    assert.match(stderr, /has no exported function 'subscribe'/)
  })

  test('leaves a rejection of the user’s own to him', async (t) => {
    const { lines } = await linesOf(
      t,
      `
process.on('unhandledRejection', ({ message }) => say('unhandled:', message.split('\\n')[0]))
images.fails()
await images.fails().catch(() => say('handled'))`,
      { 'images.mjs': `export const fails = () => { throw new Error('of the function') }` },
    )
    assert.deepEqual(lines.sort(), ['alive', 'handled', 'unhandled: of the function'])
  })
})

describe('a module by its URL, once its exports are known', () => {
  const known = `await images.hello()\n`

  test('is printed and asked as any object', async (t) => {
    const { lines, stderr } = await linesOf(t, known + asPlain + printing)
    assert.deepEqual(lines, ['as any object', ...printed, 'alive'])
    assert.equal(stderr, '')
  })

  test('has the functions that are exported, and nothing else', async (t) => {
    const { lines } = await linesOf(
      t,
      `${known}
say(Object.keys(images).join())
say('hello' in images, 'toast' in images, 'size' in images, images.toast, images.size)
say(Object.entries({ ...images }).every(([name, value]) => value === images[name]))
say(await images.default(), await images.inspect.with({ timeout: 5000 })())
const early = images.hello
say(early === images.hello, early.name)
try { images.toast() } catch (error) { say(error.name) }`,
    )
    assert.deepEqual(lines, [
      'default,hello,inspect,later',
      'true false false undefined undefined',
      'true',
      'resized inspected',
      'true hello',
      'TypeError',
      'alive',
    ])
  })

  test('keeps functions that were taken from it before', async (t) => {
    const { lines } = await linesOf(
      t,
      `const { hello, toast } = images
say(await hello(), hello === images.hello)
await toast().catch(({ code }) => say(code))`,
    )
    assert.deepEqual(lines, ['hello true', 'SYNCBRIDGE_REGISTRATION', 'alive'])
  })

  test('can be changed as any object', async (t) => {
    const { lines } = await linesOf(
      t,
      `images.hello = () => 'mocked early'
await images.inspect()
say(images.hello())
images.inspect = () => 'mocked'
say(images.inspect(), Object.keys(images).includes('inspect'))
delete images.later
say('later' in images)`,
    )
    assert.deepEqual(lines, ['mocked early', 'mocked true', 'false', 'alive'])
  })

  test('has what CommonJS and a default export have', async (t) => {
    const { lines } = await linesOf(
      t,
      `${known}say(Object.keys(images).sort().join())
const pairs = syncToAsync(new URL('./common.cjs', import.meta.url))
say(await pairs.late(), Object.keys(pairs).sort().join())`,
      {
        'images.mjs': `export const hello = () => 1\nexport default class Images { static resize() {} #secret() {} }`,
        'common.cjs': `const all = { early() {}, count: 2 }\nall['la' + 'te'] = () => 'late'\nObject.defineProperty(all, 'broken', { enumerable: true, get() { throw new Error('a getter') } })\nmodule.exports = all`,
      },
    )
    assert.deepEqual(lines, ['default,hello,resize', 'late early,late', 'alive'])
  })

  test('is known in each thread that has called it', async (t) => {
    const { lines } = await linesOf(
      t,
      `import { seenInThread, seenOnPool } from './other.mjs'
say(await seenInThread())
say(await seenOnPool())`,
    )
    assert.deepEqual(lines, [
      'later default,hello,inspect,later',
      '0 later default,hello,inspect,later',
      'alive',
    ])
  })

  test('is known where the call that asked for it has failed', async (t) => {
    const { lines } = await linesOf(
      t,
      `await images.toast().catch(() => say(Object.keys(images).join()))`,
    )
    assert.deepEqual(lines, ['default,hello,inspect,later', 'alive'])
  })
})
