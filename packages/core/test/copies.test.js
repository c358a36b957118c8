import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { threadId } from 'node:worker_threads'
import * as esm from '@syncbridge/core'
import { add, where, whereOnPool } from './fixtures/basic.js'
import cjs from './fixtures/cjs-calls.cjs'
import * as nested from './fixtures/nested.js'
import { Ledger } from './support/latch.js'
import { runFiles } from './support/run-in-process.js'

const copy = cjs.core

describe('the ES module and the CommonJS copy of the package in one process', () => {
  test('are two copies with the same exports', () => {
    assert.notEqual(copy.syncToAsync, esm.syncToAsync)
    assert.deepEqual(Object.keys(copy).sort(), Object.keys(esm).sort())
  })

  test('share the shared thread and the pool', async () => {
    esm.configure({ pool: { maxThreads: 1 } })
    assert.equal(await cjs.where(), await where())
    assert.equal(await cjs.whereOnPool(), await whereOnPool())
    assert.deepEqual(copy.stats().threads, esm.stats().threads)
    assert.equal(esm.stats().threads.length, 2)
  })

  test('share the frames: sync code below a blocked thread finds it from either copy', async () => {
    const [top, loop] = await cjs.through()
    assert.equal(loop, threadId)
    assert.equal(top, await where())
    await assert.rejects(nested.descendSync(3, true), nested.BottomError)
  })

  test('share contexts: an inner one is the outer one, whichever copy opened it', async () => {
    await new esm.ThreadSensitiveContext().run(async (outer) => {
      assert.equal(copy.ThreadSensitiveContext.current(), outer)
      const thread = await where()
      await new copy.ThreadSensitiveContext().run(async (inner) => {
        assert.equal(inner, outer)
        assert.equal(await cjs.where(), thread)
      })
    })
    await new copy.ThreadSensitiveContext().run(async (outer) => {
      assert.equal(esm.ThreadSensitiveContext.current(), outer)
      assert.ok(outer instanceof esm.ThreadSensitiveContext)
      assert.equal(await cjs.where(), await where())
    })
  })

  test('share onContextExit', async () => {
    const ledger = new Ledger()
    await new esm.ThreadSensitiveContext().run(() => cjs.noteAtExit(ledger.memory))
    await new esm.ThreadSensitiveContext().run(() => where())
    assert.equal(new Int32Array(ledger.memory)[0], 1)
  })

  test('share Locals and their scopes', async () => {
    await esm.localScope(async () => {
      cjs.request.id = 'mine'
      assert.equal(await cjs.setRequest('theirs'), 'mine')
      assert.equal(cjs.request.id, 'theirs')
      copy.localScope(() => {
        cjs.request.id = 'inside'
      })
      assert.equal(cjs.request.id, 'theirs')
    })
    assert.equal(cjs.request.id, undefined)
  })

  test('share error classes: instanceof holds across them, in every direction', async () => {
    const caught = async (promise) =>
      promise.then(
        () => assert.fail('expected a rejection'),
        (error) => error,
      )
    const fromCjs = await caught(cjs.sendSymbol())
    assert.ok(fromCjs instanceof copy.TransferError)
    assert.ok(fromCjs instanceof esm.TransferError)
    assert.ok(fromCjs instanceof esm.SyncBridgeError)
    assert.ok(!(fromCjs instanceof esm.ClosedError))
    const fromEsm = await caught(add(Symbol('no clone'), 1))
    assert.ok(fromEsm instanceof copy.TransferError)
    assert.ok(fromEsm instanceof copy.SyncBridgeError)
    assert.ok(!(fromEsm instanceof copy.ClosedError))
  })

  test('share registered classes and find exported ones', async () => {
    await assert.rejects(cjs.throwRegistered(), cjs.Registered)
    await assert.rejects(cjs.throwExported(), cjs.Exported)
  })

  test('share the mark of async functions and of values to be moved', async () => {
    assert.equal(esm.isAsyncFunction(cjs.where), true)
    assert.equal(copy.isAsyncFunction(where), true)
    assert.equal(esm.isAsyncFunction(copy.markAsyncFunction(() => Promise.resolve())), true)
    const buffer = new ArrayBuffer(8)
    await add(copy.transfer(buffer), 1)
    assert.equal(buffer.byteLength, 0)
  })

  test('share the bridge’s state: what one shuts down is closed to the other', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
import * as esm from '@syncbridge/core'
import { createRequire } from 'node:module'
import { add } from './add.mjs'
const cjs = createRequire(import.meta.url)('@syncbridge/core')
console.log(await add(1, 2))
await cjs.shutdown()
await add(1, 2).catch((error) => console.log(error instanceof esm.ClosedError, error instanceof cjs.ClosedError))
cjs.configure({})
console.log(await add(3, 4))`,
      'add.mjs': `
import { syncToAsync } from '@syncbridge/core'
export const add = syncToAsync((a, b) => a + b)`,
    })
    assert.deepEqual({ stdout, late }, { stdout: '3\ntrue true\n7\n', late: false })
  })

  test('a program of CommonJS alone works, with blocking calls and nests', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.cjs': `
const { add, down } = require('./calls.cjs')
console.log(down(3))
add(1, 2).then(console.log)`,
      'calls.cjs': `
const { asyncToSync, syncToAsync } = require('@syncbridge/core')
exports.add = syncToAsync((a, b) => a + b)
const step = syncToAsync((n) => (n === 0 ? 'bottom' : exports.down(n - 1)))
exports.down = asyncToSync(async (n) => step(n))`,
    })
    assert.deepEqual({ stdout, late }, { stdout: 'bottom\n3\n', late: false })
  })
})
