import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { registerCodec, TransferError, transfer } from '@syncbridge/core'
import * as codecs from './fixtures/codecs.js'

const { Box, Endless, Fragile, Linked, local, Wide } = codecs

/** So many that a function of ours for each would not fit in the stack. */
function chain(length) {
  let linked = null
  for (let value = 0; value < length; value += 1) linked = new Linked(value, linked)
  return linked
}

/** @returns what a call fails with; the next one works. */
async function failure(call) {
  const error = await call.then(
    () => assert.fail('it has not failed'),
    (reason) => reason,
  )
  assert.equal(await codecs.ping(), 'pong')
  return error
}

describe('instances whose codecs give other instances', () => {
  for (const length of [400, 2500]) {
    test(`cross in a chain of ${length}, both ways`, async () => {
      assert.equal(await codecs.lengthOf(chain(length)), length)
      const back = await codecs.echo({ below: [chain(length)] })
      let count = 0
      for (let at = back.below[0]; at; at = at.next) {
        assert.ok(at instanceof Linked)
        count += 1
      }
      assert.equal(count, length)
      assert.equal(await codecs.ping(), 'pong')
    })
  }

  test('cross where an instance of the same class is all that one gives', async () => {
    const back = await codecs.echo(new Box(new Box(new Box('inside'))))
    assert.ok(back.content.content instanceof Box)
    assert.equal(back.content.content.content, 'inside')
  })

  test('arrive as one where one occurs twice, also below another one', async () => {
    const one = new Box(1)
    assert.equal(await codecs.areOne({ one, other: one, list: [one] }), true)
    const [back] = await codecs.echo([new Linked(one, one)])
    assert.equal(back.value, back.next)
  })

  test('take time by their number, and not by the number of ways to them', async () => {
    let ladder = new Box('end')
    for (let level = 0; level < 60; level += 1) ladder = new Linked(ladder, ladder)
    const back = await codecs.echo(ladder)
    assert.equal(back.value, back.next)
  })

  for (const [what, value] of [
    ['without an end', () => new Endless()],
    ['without an end, ever more of them', () => new Wide()],
  ]) {
    test(`are a TransferError that says where they are, ${what}`, async () => {
      const error = await failure(codecs.echo({ deep: [value()] }))
      assert.ok(error instanceof TransferError, error.stack)
      assert.match(error.path, /^args\[0\]\.deep\[0\]/)
      assert.match(error.message, /levels deep/)
    })
  }

  test('are a TransferError where one is part of itself', async () => {
    const round = new Linked(1)
    round.next = new Box([round])
    for (const value of [round, round.next, { at: new Box(round) }]) {
      const error = await failure(codecs.echo(value))
      assert.ok(error instanceof TransferError, error.stack)
      assert.match(error.path, /^args\[0\]/)
      assert.match(error.message, /is part of what its own codec makes of it/)
    }
  })

  test('cross in errors that are in them', async () => {
    const error = new Error('outer', { cause: new Box(new Error('inner', { cause: new Box(2) })) })
    const back = await codecs.echo(new Box(error))
    assert.equal(back.content.cause.content.message, 'inner')
    assert.equal(back.content.cause.content.cause.content, 2)
  })
})

describe('a codec that fails', () => {
  const places = [
    ['an argument', (value) => codecs.echo(value), 'args[0]'],
    [
      'an argument, below it',
      (value) => codecs.echo({ order: { lines: [1, value] } }),
      'args[0].order.lines[1]',
    ],
    [
      'a Map of an argument',
      (value) => codecs.echo(0, new Map([['key', [value]]])),
      'args[1].get(key)[0]',
    ],
    [
      'another instance',
      (value) => codecs.echo([new Linked(1, { below: value })]),
      'args[0][0][1].below',
    ],
  ]
  for (const [place, call, path] of places) {
    test(`in encode() is a TransferError with the path to the instance, in ${place}`, async () => {
      const error = await failure(call(new Fragile('encode')))
      assert.ok(error instanceof TransferError, error.stack)
      assert.equal(error.path, path)
      assert.equal(error.cause.message, 'encode threw')
      assert.equal(error.message.split("can't cross").length, 2, error.message)
    })

    test(`in what encode() gives is one with the path to that, in ${place}`, async () => {
      const error = await failure(call(new Fragile('value')))
      assert.ok(error instanceof TransferError, error.stack)
      assert.equal(error.path, `${path}.inner`)
      assert.equal(error.message.split("can't cross").length, 2, error.message)
    })
  }

  for (const [place, call, path] of places.slice(0, 3)) {
    test(`in decode() is one with the path, too, in ${place}`, async () => {
      const error = await failure(call(new Fragile('decode')))
      assert.ok(error instanceof TransferError, error.stack)
      assert.equal(error.path, path)
      assert.equal(error.cause.message, 'decode threw')
    })
  }

  test('is told with the path in a result', async () => {
    for (const at of ['encode', 'decode']) {
      const error = await failure(codecs.make(at))
      assert.ok(error instanceof TransferError, error.stack)
      assert.equal(error.path, 'result.list[1]')
      assert.equal(error.cause.message, `${at} threw`)
    }
  })

  test('costs an error only the property that holds the instance', async () => {
    for (const at of ['encode', 'value', 'decode']) {
      const error = await failure(codecs.raise(at))
      assert.equal(error.message, 'raised')
      assert.equal(error.kept.content, 1)
      assert.deepEqual(error.syncbridgeLost, ['fragile'])
    }
  })
})

describe('syncbridgeLost', () => {
  test('stays hidden, and keeps its names, however often the error crosses', async () => {
    const error = Object.assign(new Error('lossy'), { tool: new WeakMap() })
    const once = await codecs.echo(error)
    const again = await codecs.echo(once)
    const below = (await codecs.echo({ again })).again
    for (const arrived of [once, again, below]) {
      assert.deepEqual(arrived.syncbridgeLost, ['tool'])
      assert.deepEqual(Object.keys(arrived), [])
    }
  })

  test('is a property as others where the user has set one', async () => {
    const error = Object.assign(new Error('own'), { syncbridgeLost: 'mine' })
    assert.deepEqual(Object.entries(await codecs.echo(error)), [['syncbridgeLost', 'mine']])
  })
})

describe('a Local', () => {
  beforeEach(() => {
    for (const key of Object.keys(local)) delete local[key]
  })

  test('that can’t be decoded is an error to whoever reads it, and to nobody else', async () => {
    local.sound = 1
    local.bad = new Fragile('decode')
    local.below = { list: [new Fragile('decode')] }
    assert.equal(await codecs.readLocal('sound'), 1)
    assert.deepEqual(await codecs.keysOfLocal(), ['sound', 'bad', 'below'])
    for (const [key, path] of [
      ['bad', 'Local.bad'],
      ['below', 'Local.below.list[0]'],
    ]) {
      const error = await failure(codecs.readLocal(key))
      assert.ok(error instanceof TransferError, error.stack)
      assert.equal(error.path, path)
      assert.equal(error.cause.message, 'decode threw')
    }
    assert.ok(local.bad instanceof Fragile)
  })

  test('that a call has set and that can’t be decoded here leaves the call its result', async () => {
    assert.equal(await codecs.setLocal('bad', 'decode'), 'set')
    assert.throws(() => local.bad, TransferError)
    assert.equal(await codecs.ping(), 'pong')
    local.bad = 2
    assert.equal(await codecs.readLocal('bad'), 2)
  })

  test('refuses to be frozen, and is as it was', async () => {
    local.a = 1
    assert.equal(await codecs.freezeLocal(), 'TypeError')
    assert.deepEqual(await codecs.keysOfLocal(), ['a'])
    for (const lock of [Object.freeze, Object.seal, Object.preventExtensions])
      assert.throws(() => lock(local), TypeError)
    local.b = 2
    assert.deepEqual(Object.keys(local), ['a', 'b'])
    assert.equal(Object.isFrozen(local), false)
  })
})

describe('registerCodec', () => {
  const codec = { encode: () => 0, decode: () => undefined }
  for (const BuiltIn of [
    Map,
    Set,
    Array,
    Date,
    RegExp,
    Error,
    RangeError,
    DOMException,
    Promise,
    Function,
    Uint8Array,
    Buffer,
    DataView,
    ArrayBuffer,
    SharedArrayBuffer,
    Number,
  ]) {
    test(`refuses a class over ${BuiltIn.name}, whose instances no codec would get`, () => {
      class Derived extends BuiltIn {}
      assert.throws(() => registerCodec(Derived, codec), { name: 'TypeError', message: /Derived/ })
    })
  }

  test('refuses Object, which has no codec to be found by', () => {
    assert.throws(() => registerCodec(Object, codec), TypeError)
  })
})

describe('what is to be moved', () => {
  test('may be named twice', async () => {
    const buffer = new ArrayBuffer(8)
    const back = await codecs.echo.with({ transfer: [buffer, buffer] })(transfer(buffer))
    assert.equal(back.byteLength, 8)
    assert.equal(buffer.byteLength, 0)
  })

  for (const [what, thing, says] of [
    ['a number', 1, /a number/],
    ['null', null, /null/],
    ['a plain object', {}, /an instance of Object/],
    ['a Date', new Date(0), /an instance of Date/],
    ['a view', new Uint8Array(2), /name its buffer/],
    ['shared memory', new SharedArrayBuffer(2), /SharedArrayBuffer/],
    ['a proxy', new Proxy({}, {}), /a proxy/],
  ]) {
    test(`is a TransferError that names the thing where that is ${what}`, async () => {
      const sound = new ArrayBuffer(4)
      const call = (value, list) => codecs.echo.with({ transfer: list })(value)
      const error = await failure(call(0, [sound, thing]))
      assert.ok(error instanceof TransferError, error.stack)
      assert.equal(error.path, 'transfer[1]')
      assert.match(error.message, says)
      assert.equal(sound.byteLength, 4)
    })
  }

  test('is named by its argument where it is one', async () => {
    const error = await failure(codecs.echo(transfer({ a: 1 })))
    assert.ok(error instanceof TransferError, error.stack)
    assert.equal(error.path, 'args[0]')
  })
})
