/**
 * Code of the user's that runs while a message is made: getters, traps, `then`. Whatever it does, its own call alone fails, or none; the
 * same thread serves the next one.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as code from './fixtures/user-code.js'
import { eachKeepsItsThread } from './support/keeps-its-thread.js'

eachKeepsItsThread()

const isTransferError = (path) => (error) => {
  assert.equal(error.code, 'SYNCBRIDGE_TRANSFER', error.stack)
  assert.match(error.path, path)
  assert.ok(error.message.includes(error.path), error.message)
  return true
}

describe('what throws when it is looked at', () => {
  for (const kind of Object.keys(code.throwing)) {
    // A structured clone of a class without fields is an empty object: nothing of it is looked at.
    const isBlank = kind === 'a class whose prototype is hostile'
    for (const place of Object.keys(code.places)) {
      const fails = async (call, path) => {
        if (isBlank) return call().then(undefined, isTransferError(path))
        await assert.rejects(call, isTransferError(path))
      }
      test(`is a TransferError with the path: ${kind}, ${place}`, async () => {
        const value = code.places[place](code.throwing[kind]())
        await fails(async () => code.giveBack(value), /^args\[0\]/)
        await fails(async () => code.inPool(value), /^args\[0\]/)
        await fails(() => code.giveHostile(place, kind), /^result/)
        await fails(async () => code.blockingGiveBack(value), /^args\[0\]/)
        // To the top of what an async function gives, the language itself looks: for its `then`.
        if (place !== 'at the top')
          await fails(async () => code.giveHostileBlocking(place, kind), /^result/)
      })
    }
    test(`is told where it is thrown, or set in a Local: ${kind}`, async () => {
      await assert.rejects(code.throwHostile(kind), (error) => Boolean(error))
      if (!isBlank) await assert.rejects(code.setHostile(kind), isTransferError(/^Local\./))
    })
  }
})

describe('a getter that is read while a message is made', () => {
  for (const kind of code.kindsOfCode)
    for (const isBehind of [true, false]) {
      const where = isBehind ? 'behind' : 'before'
      test(`${kind}, ${where} what goes by port: it is read once, and all arrives`, async () => {
        const { total } = await code.giveReport(kind, isBehind)
        assert.equal(total, 1, `read ${total} times`)
      })
    }

  test('is read once more where its name has been trusted, and the rest of the call goes by port', async () => {
    const once = []
    const reading = (rest) => ({
      get trustedName() {
        once.push(rest)
        return once.length
      },
      rest,
    })
    await code.giveBack(reading(new Date(0)))
    assert.equal(once.length, 1)
    for (let times = 0; times < 100; times += 1) await code.giveBack({ trustedName: 1, rest: 2 })
    await code.giveBack(reading('plain'))
    assert.equal(once.length, 2)
    // The exception of docs/values.md.
    await code.giveBack(reading(new Date(0)))
    assert.equal(once.length, 4)
  })

  test('and makes a call: both are answered, that one once, and first', async () => {
    const order = []
    const value = code.makeReport(() => {
      code.giveBack('inner').then((given) => order.push(given))
    }, true)
    const { total, when } = await code.giveBack(value).finally(() => order.push('outer'))
    assert.deepEqual([total, when], [1, new Date(0)])
    assert.deepEqual(order, ['inner', 'outer'])
  })
})

describe('what is printed that can’t be', () => {
  for (const [what, expected] of [
    ['nothing', 'ERR_INVALID_ARG_TYPE'],
    ['null', 'ERR_STREAM_NULL_VALUES'],
    ['number', 'ERR_INVALID_ARG_TYPE'],
    ['encoding', 'ERR_UNKNOWN_ENCODING'],
  ])
    test(`is the error that Node throws (${what})`, async () => {
      assert.equal(await code.slip(what), expected)
    })
})

describe('what can be awaited and is no promise', () => {
  for (const kind of ['query', 'throws', 'twice', 'rejected', 'ownThen'])
    test(`is refused as a result, without being asked (${kind})`, async () => {
      await assert.rejects(code.giveThenable(kind), {
        name: 'TypeError',
        message: /returned a promise/,
      })
      assert.equal(await code.executedThere(), 0)
    })

  test('comes back from where it was given as an argument as one clear error', async () => {
    const value = code.thenable((resolve) => resolve(1))
    await assert.rejects(code.giveBack(value), { name: 'TypeError', message: /returned a promise/ })
  })

  for (const kind of ['constructor', 'then'])
    test(`disturbs nobody where a promise has a \`${kind}\` of its own`, () => {
      // What the language makes of such a promise; the loop lives on in any case.
      try {
        assert.equal(code.awaitOwnThen(kind), 'awaited')
      } catch (error) {
        assert.equal(error.message, 'a trap')
      }
      assert.equal(code.blockingGiveBack(1), 1)
    })
})

describe('bytes that say that they are more, or fewer', () => {
  for (const length of [0, 2, 5000, -1, Number.NaN, 'long'])
    test(`arrive as they are (${length})`, async () => {
      assert.equal(await code.read(code.lyingBytes(length)), 'right')
      assert.equal(Buffer.from(await code.giveLyingBytes(length)).toString(), 'right')
    })
})
