import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { TransferError, transfer } from '@syncbridge/core'
import { ready, threadBoundThings } from './fixtures/thread-bound.js'
import * as values from './fixtures/values.js'

/** Node 20 lets a buffer be moved again that is gone, as an empty one; later versions throw. */
function takesMoved(buffer) {
  try {
    structuredClone(buffer, { transfer: [buffer] })
    return true
  } catch {
    return false
  }
}
const refusal = (path) => (error) => {
  assert.ok(error instanceof TransferError, String(error))
  assert.equal(error.code, 'SYNCBRIDGE_TRANSFER')
  assert.equal(error.path, path)
  assert.ok(error.message.includes(path))
  return true
}

await ready

describe('arguments and results', () => {
  const cyclic = { name: 'round' }
  cyclic.self = cyclic
  const cases = {
    'plain values': [undefined, null, true, -0, Number.NaN, 10n, 'text', ''],
    'nested data': [{ list: [1, [2, { three: 3 }]] }, [undefined]],
    'maps, sets and dates': [new Map([['a', new Set([1])]]), new Date(5), /x/gi],
    'typed arrays': [
      new Uint8Array([1, 2]),
      new Float64Array([0.5]),
      new DataView(new ArrayBuffer(2)),
    ],
    'cyclic data': [cyclic],
    'no values': [],
    'many values': Array.from({ length: 50 }, (_, index) => index),
  }
  for (const [name, list] of Object.entries(cases)) {
    test(`${name} cross in both directions`, async () => {
      assert.deepEqual(await values.echo(...list), list)
      assert.deepEqual(await values.echoThroughLoop(...list), list)
    })
  }

  test('are copies', async () => {
    const sent = { list: [1] }
    const call = values.echoOne(sent)
    sent.list.push(2)
    assert.deepEqual(await call, { list: [1] })
    assert.deepEqual(sent, { list: [1, 2] })
  })

  test('share a SharedArrayBuffer', async () => {
    const shared = new SharedArrayBuffer(4)
    await values.fillShared(shared, 9)
    assert.deepEqual([...new Uint8Array(shared)], [9, 9, 9, 9])
  })

  test('keep a Buffer a Buffer, and nothing of the pool that it lies in', async () => {
    const small = Buffer.from('abc')
    assert.ok(small.buffer.byteLength > small.byteLength, 'Node pools small buffers')
    const there = await values.describeBytes(small)
    assert.deepEqual(there, { isBuffer: true, type: 'Buffer', text: 'abc', around: 3 })
    const made = await values.makeBuffer('xyz')
    assert.ok(Buffer.isBuffer(made))
    assert.deepEqual([made.toString(), made.buffer.byteLength], ['xyz', 3])
    assert.deepEqual(await values.secondBuffer(1, small, 'last'), [1, 'abc', 'last'])
    assert.deepEqual(await values.bufferThroughLoop(small), [true, 'abc'])
  })

  test('keep a Uint8Array one', async () => {
    const there = await values.describeBytes(new Uint8Array([97]))
    assert.deepEqual([there.type, there.text], ['Uint8Array', 'a'])
    assert.equal((await values.echoOne(new Uint8Array([97]))).constructor, Uint8Array)
  })

  test('of many megabytes arrive whole', async () => {
    const big = Buffer.alloc(8 * 1024 * 1024, 5)
    const back = await values.echoOne(big)
    assert.equal(back.byteLength, big.byteLength)
    assert.ok(back.equals(big))
  })
})

describe('a value that can’t cross', () => {
  test('as an argument is a TransferError that names its path', async () => {
    const obstacle = { items: [1, 2, 3, { callback: Symbol('no clone') }] }
    await assert.rejects(values.echo(obstacle), refusal('args[0].items[3].callback'))
    await assert.rejects(values.echo('fine', new WeakMap()), refusal('args[1]'))
    await assert.rejects(
      values.echo({ 'a b': { c: Promise.resolve() } }),
      refusal('args[0]["a b"].c'),
    )
    await assert.rejects(values.echo(new Map([['key', Symbol('no')]])), refusal('args[0].get(key)'))
  })

  for (const [name, thing] of Object.entries(threadBoundThings())) {
    test(`and lives in its thread is named as a whole, with what to pass instead: ${name}`, async () => {
      const [called] = name.split(' of ')
      for (const [path, value] of [
        ['args[0]', thing],
        ['args[0].deep[0]', { deep: [thing] }],
      ]) {
        await assert.rejects(values.echo(value), (error) => {
          assert.ok(error instanceof TransferError)
          assert.equal(error.path, path)
          assert.ok(error.message.startsWith(`${path} can't cross between threads`), error.message)
          assert.match(
            error.message,
            new RegExp(`${called}: (it lives|it is moved|pass |make |have |hand |start )`),
          )
          return true
        })
      }
    })
  }

  test('does not include instances of a user’s class that is called as one of Node’s', async () => {
    class Server {
      port = 80
    }
    class FileHandle {
      fd = 3
    }
    const [server, { handle }] = await values.echo(new Server(), { handle: new FileHandle() })
    assert.deepEqual([server, handle], [{ port: 80 }, { fd: 3 }])
  })

  test('as a result is a TransferError that names its path', async () => {
    await assert.rejects(values.returnSymbol(), refusal('result'))
    await assert.rejects(values.returnDeep(), refusal('result.rows[1].owner'))
  })

  test('names the function in its message', async () => {
    await assert.rejects(values.echo(Symbol('no')), /fixtures[\\/]values\.js/)
  })

  test('because of a getter that throws is a TransferError, too', async () => {
    const trap = {
      get trap() {
        throw new Error('trapped')
      },
    }
    await assert.rejects(values.echo({ deep: trap }), refusal('args[0].deep.trap'))
  })

  test('fails that call alone, not the ones around it', async () => {
    const [one, bad, worse, two] = await Promise.allSettled([
      values.echoOne(1),
      values.echo(Symbol('no clone')),
      values.returnSymbol(),
      values.echoOne(2),
    ])
    assert.deepEqual([one.value, two.value], [1, 2])
    assert.deepEqual([bad.reason.code, worse.reason.code], Array(2).fill('SYNCBRIDGE_TRANSFER'))
    assert.equal(await values.echoOne(3), 3)
  })

  test('is the same in blocking calls, and the sync code can go on', async () => {
    assert.deepEqual(await values.blockingFailures(), [
      ['SYNCBRIDGE_TRANSFER', 'args[0].a[0]'],
      ['SYNCBRIDGE_TRANSFER', 'result.result'],
      'fine',
    ])
  })
})

describe('a sync function that returns a promise', () => {
  test('rejects with an error that says so, also where that promise fails, and the thread lives on', async () => {
    await assert.rejects(values.returnPromise(), /TypeError.*returned a promise/)
    await assert.rejects(values.returnRejection(), /TypeError.*returned a promise/)
    assert.equal(await values.echoOne('alive'), 'alive')
  })
})

describe('transfer()', () => {
  test('moves an argument: it is there, and unusable here', async () => {
    const buffer = new ArrayBuffer(16)
    assert.equal(await values.count(transfer(buffer)), 16)
    assert.equal(buffer.byteLength, 0)
  })

  test('moves the buffer below a view', async () => {
    const view = new Float32Array(4)
    assert.equal(await values.count(transfer(view)), 16)
    assert.equal(view.byteLength, 0)
  })

  test('moves what is listed, from anywhere in the value', async () => {
    const buffer = new ArrayBuffer(16)
    const { inside } = await values.echoOne(transfer({ inside: buffer }, [buffer]))
    assert.equal(inside.byteLength, 16)
    assert.equal(buffer.byteLength, 0)
  })

  test('moves a result out of the thread', async () => {
    assert.equal((await values.produce(32, false)).byteLength, 32)
    assert.equal(await values.keptSize(), 32)
    const moved = await values.produce(32, true)
    assert.deepEqual([...new Uint8Array(moved)], Array(32).fill(7))
    assert.equal(await values.keptSize(), 0)
  })

  test('moves a Buffer that has its memory for itself, as a Buffer', async () => {
    const buffer = Buffer.from(new ArrayBuffer(3))
    buffer.write('abc')
    const there = await values.describeBytes(transfer(buffer))
    assert.deepEqual([there.isBuffer, there.text], [true, 'abc'])
    assert.equal(buffer.byteLength, 0)
  })

  test('moves a MessagePort, which goes on working', async (t) => {
    const { port1, port2 } = new MessageChannel()
    t.after(() => port2.close())
    const answered = once(port2, 'message')
    await values.sayThrough(transfer(port1), 'hello')
    assert.deepEqual(await answered, ['hello'])
  })

  for (const [way, beside] of [
    ['shared memory', 'plain'],
    ['port', new Map([[1, 2]])],
  ]) {
    test(`moves on what is passed from thread to thread, where the rest goes by ${way}`, (t) => {
      const { port1, port2 } = new MessageChannel()
      t.after(() => port2.close())
      const [back, came] = values.sayThroughThree(transfer(port1), 'hello', beside)
      assert.deepEqual(came, beside)
      assert.equal(receiveMessageOnPort(port2)?.message, 'hello')
      back.postMessage('again')
      assert.equal(receiveMessageOnPort(port2)?.message, 'again')
      back.close()
    })
  }

  test('can be said for one call by with({ transfer })', async () => {
    const buffer = new ArrayBuffer(16)
    assert.equal(await values.count.with({ transfer: [buffer] })(buffer), 16)
    assert.equal(buffer.byteLength, 0)
    const kept = new ArrayBuffer(16)
    assert.equal(await values.count(kept), 16)
    assert.equal(kept.byteLength, 16)
  })

  test('of what has been moved already does what this Node does: a TransferError, or an empty buffer', async () => {
    const buffer = new ArrayBuffer(16)
    await values.count(transfer(buffer))
    const again = values.count.with({ transfer: [buffer] })(buffer)
    if (takesMoved(buffer)) assert.equal(await again, 0)
    else await assert.rejects(again, TransferError)
    assert.equal(await values.echoOne('next'), 'next')
  })
})
