// Sentences of the documentation that no other test holds: tools/promises names them.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as core from '@syncbridge/core'
import { where } from './fixtures/basic.js'
import * as fixtures from './fixtures/promises.js'
import { Latch, Ledger } from './support/latch.js'

describe('the process around a thread', () => {
  test('a thread has a copy of the environment: later changes are not seen on the other side', async () => {
    await fixtures.setEnvironment('SYNCBRIDGE_THERE', 'there')
    process.env.SYNCBRIDGE_HERE = 'here'
    assert.equal(process.env.SYNCBRIDGE_THERE, undefined)
    assert.equal(await fixtures.environment('SYNCBRIDGE_THERE'), 'there')
    assert.equal(await fixtures.environment('SYNCBRIDGE_HERE'), undefined)
  })

  test('a thread can’t change the working directory', async () => {
    const directory = process.cwd()
    await assert.rejects(fixtures.changeDirectory(), { code: 'ERR_WORKER_UNSUPPORTED_OPERATION' })
    assert.equal(process.cwd(), directory)
  })

  test('onThreadExit functions do not run on a thread that dies in a call', async () => {
    const ledger = new Ledger()
    await assert.rejects(fixtures.exitAfter(ledger.memory), core.ThreadExitedError)
    await where()
    assert.deepEqual(ledger.entries, [])
  })
})

describe('an abort', () => {
  test('plain sync code never sees the abort of its call before it blocks in asyncToSync', async () => {
    const [entered, release, ledger] = [new Latch(), new Latch(), new Ledger()]
    const aborter = new AbortController()
    const call = fixtures.seesAbort.with({ signal: aborter.signal })
    const done = call(entered.memory, release.memory, ledger.memory)
    await entered.wait()
    aborter.abort(new Error('enough'))
    await assert.rejects(done, /enough/)
    release.open()
    await where()
    assert.equal(ledger.entries[0], 1)
  })
})

describe('errors', () => {
  test('every error of the library extends SyncBridgeError and has a code of its own', () => {
    const classes = Object.values(core).filter(
      (value) => typeof value === 'function' && value.prototype instanceof Error,
    )
    const codes = classes.map((Class) => new Class('text').code)
    assert.ok(classes.length > 5)
    for (const Class of classes) assert.ok(new Class('text') instanceof core.SyncBridgeError)
    assert.equal(new Set(codes).size, classes.length)
    for (const code of codes) assert.match(code, /^SYNCBRIDGE_[A-Z_]+$/)
  })
})

describe('values', () => {
  test('what can’t be moved has no place: the path is that of all arguments', async () => {
    const stream = new ReadableStream()
    stream.getReader()
    const moved = core.transfer({ below: { stream } }, [stream])
    await assert.rejects(fixtures.take(moved), { code: 'SYNCBRIDGE_TRANSFER', path: 'args' })
  })

  test('a codec serves subclasses that have none of their own', async () => {
    assert.deepEqual(await fixtures.centsOf(new fixtures.Coin(5)), [true, 5])
  })
})
