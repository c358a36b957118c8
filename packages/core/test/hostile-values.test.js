/** Values as somebody would make them who wants to do harm: they do none, and the next call works. */
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import * as hostile from './fixtures/hostile.js'
import { within } from './support/floor.js'

const text =
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"polluted":null}'
/** More than the memory that messages share takes: it goes the other way. */
const long = 'x'.repeat(100_000)
const settled = (promise) =>
  promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  )

afterEach(async () => {
  assert.equal({}.polluted, undefined)
  assert.equal(await hostile.giveBack(1), 1)
})

function nestedList(depth) {
  let value = []
  for (let level = 0; level < depth; level += 1) value = [value]
  return value
}
function nestedObject(depth) {
  let value = {}
  for (let level = 0; level < depth; level += 1) value = { a: value }
  return value
}

describe('names of what every object inherits', () => {
  test('arrive as own properties and change no prototype, by either way', async () => {
    const own = ['__proto__', 'constructor', 'polluted']
    const expected = { polluted: null, own, isPlain: true, inherited: null }
    assert.deepEqual(await hostile.look(JSON.parse(text)), expected)
    assert.deepEqual(await hostile.lookBeside(long, JSON.parse(text)), expected)
  })

  test('arrive so however often such an object has come', async () => {
    const shaped = () => JSON.parse('{"a":1,"__proto__":{"polluted":1}}')
    for (let times = 0; times < 200; times += 1)
      assert.deepEqual((await hostile.look(shaped())).own, ['a', '__proto__'])
  })

  test('come back as own properties, too', async () => {
    const value = await hostile.make(text)
    assert.deepEqual(Object.keys(value), ['__proto__', 'constructor', 'polluted'])
    assert.equal(Object.getPrototypeOf(value), Object.prototype)
  })
})

describe('a value that is nested deeper than a stack is', () => {
  for (const [what, value] of [
    ['a list', nestedList(200_000)],
    ['an object', nestedObject(200_000)],
  ]) {
    test(`either arrives or fails its own call (${what})`, async () => {
      const { error } = await settled(hostile.look(value))
      if (error) assert.match(error.name, /RangeError|TransferError|DataCloneError/)
    })
  }

  test('either comes back or fails its own call', async () => {
    const depth = 200_000
    const { error } = await settled(hostile.make(`${'['.repeat(depth)}${']'.repeat(depth)}`))
    if (error) assert.match(error.name, /RangeError|TransferError|SyntaxError|DataCloneError/)
  })
})

describe('a value that is said to be long', () => {
  test('takes no longer than what is in it', async () => {
    const sparse = []
    sparse[2 ** 32 - 2] = 1
    const { value, error } = await within(2000, settled(hostile.lengthOf(sparse)))
    if (error) assert.equal(error.name, 'TransferError')
    else assert.equal(value, 2 ** 32 - 1)
  })
})

describe('code that runs while a value is read', () => {
  test('and throws fails its own call, with the path', async () => {
    const trap = {
      get value() {
        throw new Error('a trap')
      },
    }
    await assert.rejects(hostile.look({ deep: [trap] }), (error) => {
      assert.equal(error.code, 'SYNCBRIDGE_TRANSFER')
      assert.match(error.message, /args\[0\]\.deep\[0\]\.value/)
      return true
    })
  })

  test('and makes calls of its own disturbs neither', async () => {
    let inner
    const trap = {
      get value() {
        inner = hostile.giveBack('inner')
        return 'outer'
      },
    }
    assert.deepEqual(await hostile.giveBack(trap), { value: 'outer' })
    assert.equal(await inner, 'inner')
  })

  test('of a proxy fails its own call or is read as what it shows', async () => {
    const throwing = Object.fromEntries(
      ['ownKeys', 'get', 'getPrototypeOf'].map((trap) => [
        trap,
        () => {
          throw new Error('a trap')
        },
      ]),
    )
    const { error } = await settled(hostile.giveBack(new Proxy({ a: 1 }, throwing)))
    if (error) assert.ok(error.code === 'SYNCBRIDGE_TRANSFER' || error.message === 'a trap')
  })
})

describe('a module that is named by its URL', () => {
  test('shows nothing that its module does not export', async () => {
    const { syncToAsync } = await import('@syncbridge/core')
    const calls = syncToAsync(new URL('./fixtures/plain.js', import.meta.url))
    // What every object inherits is found here, and never called in a thread.
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      assert.equal(calls[name], {}[name])
    await assert.rejects(
      Promise.resolve().then(() => calls.nothing()),
      /RegistrationError|TypeError/,
    )
  })
})
