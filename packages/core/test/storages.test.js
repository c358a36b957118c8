import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, test } from 'node:test'
import { TransferError } from '@syncbridge/core'
import * as storages from './fixtures/storages.js'

const { Money, NotFound, own, store, strict } = storages

/** @returns what was warned of while `fn` ran. */
async function warnings(fn) {
  const told = []
  const listen = (warning) => told.push(warning)
  process.on('warning', listen)
  try {
    await fn()
    await new Promise(setImmediate)
    return told
  } finally {
    process.off('warning', listen)
  }
}

describe('a store that is carried along', () => {
  test('keeps the caller’s own objects where the call leaves them alone', async () => {
    const shared = { x: 1 }
    const values = {
      token: Buffer.from('secret'),
      bytes: new Uint8Array(new ArrayBuffer(8), 2, 3),
      when: new Date(5),
      pattern: /a/g,
      map: new Map([[{ key: 1 }, new Set([1])]]),
      money: new Money(5),
      error: Object.assign(new NotFound('gone'), { money: new Money(1) }),
      fn: () => 1,
      url: new URL('http://localhost/'),
      logger: { log: () => undefined },
      shared,
      again: shared,
      blob: new Blob(['abc']),
      bare: Object.assign(Object.create(null), { a: 1 }),
    }
    for (const store_ of [{ ...values }, new Map(Object.entries(values))]) {
      assert.equal(await store.run(store_, () => storages.nothing()), 'ran')
      const entries = store_ instanceof Map ? [...store_] : Object.entries(store_)
      assert.deepEqual(
        entries.map(([key]) => key),
        Object.keys(values),
      )
      for (const [key, value] of entries) assert.equal(value, values[key], key)
    }
  })

  test('keeps an accessor, and lets its setter hear of a change', async () => {
    let heard
    const mine = {
      get user() {
        return Buffer.from('u')
      },
      get set() {
        return heard
      },
      set set(value) {
        heard = value
      },
    }
    await store.run(mine, () => storages.nothing())
    assert.equal(typeof Object.getOwnPropertyDescriptor(mine, 'user').get, 'function')
    await store.run(mine, () => storages.set('set', 'changed'))
    assert.equal(heard, 'changed')
    assert.equal(typeof Object.getOwnPropertyDescriptor(mine, 'set').get, 'function')
  })

  test('goes by the codecs, there and back', async () => {
    assert.equal(await store.run({ money: new Money(5) }, () => storages.classOf('money')), 'Money')
    const error = { error: new NotFound('gone') }
    assert.equal(await store.run(error, () => storages.classOf('error')), 'NotFound')
    const back = {}
    await store.run(back, async () => {
      await storages.setHere('money')
      await storages.setHere('error')
    })
    assert.equal(back.money.cents, 5)
    assert.ok(back.error instanceof NotFound)
  })

  test('gets what the call changed inside of its values, and only that', async () => {
    const mine = {
      nested: { list: [1] },
      when: new Date(0),
      money: new Money(1),
      token: Buffer.from('a'),
    }
    const { token } = mine
    await store.run(mine, () => storages.change())
    assert.deepEqual(mine.nested, { list: [1, 4] })
    assert.equal(mine.when.getTime(), 1)
    assert.equal(mine.money.cents, 2)
    assert.equal(mine.token, token)
  })

  test('may be a Map whose keys are objects, which stay what they are', async () => {
    const key = { id: 1 }
    const mine = new Map([[key, 'first']])
    await store.run(mine, () => storages.changeByKeyObject())
    assert.deepEqual([...mine], [[key, 'changed']])
    assert.equal([...mine.keys()][0], key)
  })

  test('loses what the call deleted', async () => {
    for (const mine of [
      { a: 1, b: 2 },
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    ]) {
      await store.run(mine, () => storages.remove('a'))
      assert.deepEqual(mine instanceof Map ? [...mine.keys()] : Object.keys(mine), ['b'])
    }
  })

  test('may hold functions, which are called where they live', async () => {
    const heard = []
    const logger = { log: (text) => void heard.push(text) }
    await store.run({ logger }, () => storages.callLogger('hello'))
    assert.deepEqual(heard, ['hello'])
    const back = {}
    await store.run(back, () => storages.setHere('function'))
    assert.equal(await back.fn(), 'called')
  })

  test('takes time by what it holds, and not by the number of ways to it', async () => {
    let ladder = { end: true }
    for (let level = 0; level < 60; level += 1) ladder = { a: ladder, b: ladder }
    const round = new Error('round')
    round.cause = new Error('inner', { cause: round })
    const mine = { ladder, round }
    assert.equal(await store.run(mine, () => storages.nothing()), 'ran')
    assert.equal(mine.ladder, ladder)
    assert.equal(mine.round, round)
  })

  test('goes without what can’t cross, and says so once', async () => {
    let isAsked = 0
    const mine = {
      id: 1,
      weak: new WeakMap(),
      negative: new Money(-1),
      get bad() {
        isAsked += 1
        throw new Error('getter threw')
      },
    }
    const told = await warnings(async () => {
      for (let call = 0; call < 3; call += 1)
        assert.deepEqual(await store.run(mine, () => storages.keys()), ['id'])
    })
    assert.deepEqual(
      told.map(({ code }) => code),
      ['SYNCBRIDGE_STORAGE_LOST', 'SYNCBRIDGE_STORAGE_LOST', 'SYNCBRIDGE_STORAGE_LOST'],
    )
    for (const name of ['weak', 'negative', 'bad'])
      assert.equal(told.filter(({ message }) => message.includes(`.${name} `)).length, 1, name)
    assert.equal(isAsked, 3)
    assert.ok(mine.weak instanceof WeakMap)
  })

  test('goes without what can’t be decoded there, and keeps it here', async () => {
    const mine = { id: 1, unlucky: new Money(13) }
    assert.deepEqual(await store.run(mine, () => storages.keys()), ['id'])
    assert.equal(mine.unlucky.cents, 13)
  })

  test('says so once where what the call set can’t come back', async () => {
    const mine = { id: 1 }
    const told = await warnings(async () => {
      assert.equal(await store.run(mine, () => storages.setHere('weak')), 'set')
      assert.equal(await store.run(mine, () => storages.setHere('weak')), 'set')
    })
    assert.deepEqual(
      told.map(({ code }) => code),
      ['SYNCBRIDGE_STORAGE_LOST'],
    )
    assert.deepEqual(mine, { id: 1 })
  })

  test('says so where the call enters another one', async () => {
    const mine = {}
    const told = await warnings(async () => {
      await store.run(mine, () => storages.enter())
    })
    assert.deepEqual(
      told.map(({ code }) => code),
      ['SYNCBRIDGE_STORAGE_LOST'],
    )
    assert.match(told[0].message, /enterWith/)
    assert.deepEqual(mine, {})
  })

  test('leaves a call its result where the store is frozen', async () => {
    const mine = Object.freeze({ a: 1 })
    const told = await warnings(async () => {
      assert.equal(await store.run(mine, () => storages.set('a', 2)), 'set')
      assert.equal(await store.run(mine, () => storages.set('b', 2)), 'set')
      assert.equal(await store.run(mine, () => storages.remove('a')), true)
    })
    assert.ok(told.length > 0)
    for (const { code } of told) assert.equal(code, 'SYNCBRIDGE_STORAGE_LOST')
    assert.deepEqual(mine, { a: 1 })
  })

  test('leaves the function its own error, and its result, where update() throws', async () => {
    const told = await warnings(async () => {
      const mine = { failing: 'update' }
      await assert.rejects(
        strict.run(mine, () => storages.boom()),
        { name: 'RangeError', message: 'of the function' },
      )
      assert.equal(await strict.run(mine, () => storages.setStrict()), 'set')
    })
    assert.deepEqual(
      told.map(({ code }) => code),
      ['SYNCBRIDGE_STORAGE_LOST'],
    )
  })

  test('fails its call, by name, where its own encode() or decode() throws', async () => {
    for (const failing of ['encode', 'decode']) {
      await assert.rejects(
        strict.run({ failing }, () => storages.nothing()),
        (error) => {
          assert.ok(error instanceof TransferError, error.stack)
          assert.equal(error.path, "carryStorage('strict')")
          assert.equal(error.cause.message, `${failing} threw`)
          return true
        },
      )
    }
    assert.equal(await strict.run({}, () => storages.nothing()), 'ran')
  })
})

describe('an AsyncLocalStorage that nobody carries', () => {
  test('is the caller’s in its callbacks, generators and async code below the call', async () => {
    const seen = []
    const look = () => void seen.push(own.getStore())
    await own.run('R', async () => {
      await storages.callBack(look)
      await storages.callBack(async () => {
        await null
        look()
      })
      const items = (function* () {
        yield own.getStore()
      })()
      seen.push(...(await storages.list(items)))
      seen.push(await storages.below())
      seen.push(...(await storages.belowTwice()))
      await storages.callBack({ fn: look }.fn)
    })
    assert.deepEqual(seen, Array(7).fill('R'))
  })

  test('is that of each caller, where both give the same function at once', async () => {
    const seen = []
    const shared = () => void seen.push(own.getStore())
    const request = (name) =>
      own.run(name, async () => {
        await storages.callBack(shared)
        await storages.callBackLater(shared)
      })
    await Promise.all([request('A'), request('B')])
    while (seen.length < 4) await new Promise(setImmediate)
    assert.deepEqual(seen.sort(), ['A', 'A', 'B', 'B'])
  })

  test('is that of blocked code in what runs on top of it', () => {
    assert.equal(
      own.run('blocked', () => storages.callBackAsync(() => own.getStore())),
      'blocked',
    )
  })

  test('is not there in a call that comes from outside of it', async () => {
    const isFree = new AsyncLocalStorage()
    assert.equal(isFree.getStore(), undefined)
    await own.run('R', () => storages.nothing())
    assert.equal(await storages.below(), undefined)
  })
})
