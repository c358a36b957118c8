import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BlockedLoopError, ThreadSensitiveContext } from '@syncbridge/core'
import * as blocking from './fixtures/blocking.js'
import { Ledger } from './support/latch.js'
import { runFiles } from './support/run-in-process.js'

const fixture = JSON.stringify(new URL('./fixtures/blocking.js', import.meta.url).href)
const refused = ['BlockedLoopError', 'SYNCBRIDGE_BLOCKED_LOOP']

function isRefusal(error) {
  assert.ok(error instanceof BlockedLoopError, String(error))
  assert.equal(error.code, 'SYNCBRIDGE_BLOCKED_LOOP')
  assert.match(error.message, /load .*fixtures[\\/]blocking\.js/)
  assert.match(error.message, /await/)
  return true
}

describe('asyncToSync on a thread that runs a loop is a BlockedLoopError', () => {
  test('inside a context, at once, and the async function is not called', async () => {
    const ledger = new Ledger()
    await new ThreadSensitiveContext().run(() => {
      assert.throws(() => blocking.load(ledger.memory), isRefusal)
    })
    await blocking.blockHere()
    assert.deepEqual(ledger.entries, [])
  })

  test('inside a context after an await, in a timer, and in a nested context', async () => {
    const ledger = new Ledger()
    await new ThreadSensitiveContext().run(async () => {
      await blocking.blockHere()
      assert.throws(() => blocking.load(ledger.memory), isRefusal)
      await new Promise((resolve) =>
        setTimeout(() => {
          assert.throws(() => blocking.load(ledger.memory), isRefusal)
          resolve()
        }),
      )
      await new ThreadSensitiveContext().run(() => {
        assert.throws(() => blocking.load(ledger.memory), isRefusal)
      })
    })
    assert.deepEqual(ledger.entries, [])
  })

  test('in async code that a sync thread called, before and after an await', async () => {
    const ledger = new Ledger()
    assert.deepEqual(await blocking.blockLoopBelow(ledger.memory), [refused, refused])
    assert.deepEqual(ledger.entries, [])
  })

  test('in a context that such async code opens', async () => {
    const ledger = new Ledger()
    assert.deepEqual(await blocking.blockInContextBelow(ledger.memory), refused)
    assert.deepEqual(ledger.entries, [])
  })

  test('in async code on a loop thread of the bridge’s own', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
import { blockLoopFromMain, load } from ${fixture}
console.log(JSON.stringify(blockLoopFromMain()), load())`,
    })
    assert.deepEqual(
      { stdout, late },
      { stdout: `${JSON.stringify([refused, refused])} loaded\n`, late: false },
    )
  })

  test('in async code on a fresh loop', async () => {
    assert.deepEqual(await blocking.blockFreshLoop(), [refused])
  })
})

describe('asyncToSync may block', () => {
  test('sync code on a sync thread, in a context or not, and on the pool', async () => {
    assert.equal(await blocking.blockHere(), 'loaded')
    assert.equal(await blocking.blockOnPool(), 'loaded')
    assert.equal(await new ThreadSensitiveContext().run(() => blocking.blockHere()), 'loaded')
  })

  test('the top level of a plain script, its functions and timers', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
import { load } from ${fixture}
console.log('top', load())
const run = async () => { await null; console.log('async', load()) }
await run()
setTimeout(() => console.log('timer', load()))`,
    })
    assert.deepEqual(
      { stdout, late },
      { stdout: 'top loaded\nasync loaded\ntimer loaded\n', late: false },
    )
  })

  test('a plain script again once a context has ended', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
import { ThreadSensitiveContext } from '@syncbridge/core'
import { blockHere, load } from ${fixture}
await new ThreadSensitiveContext().run(() => blockHere())
console.log(load())`,
    })
    assert.deepEqual({ stdout, late }, { stdout: 'loaded\n', late: false })
  })

  test('a blocked thread again, in the sync code that its own chain sent back', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
import { asyncToSync } from '@syncbridge/core'
import { outer } from './outer.mjs'
console.log(outer())`,
      'outer.mjs': `
import { asyncToSync } from '@syncbridge/core'
import { blockHere } from ${fixture}
export const outer = asyncToSync(async () => blockHere())`,
    })
    assert.deepEqual({ stdout, late }, { stdout: 'loaded\n', late: false })
  })
})

describe('what could never end', () => {
  test('blocking at the top level of a module that the loop itself must import is refused, not waited for', async (t) => {
    const { stdout, late, code } = await runFiles(t, {
      'main.mjs': `
try { await import('./config.mjs') } catch (error) { console.log(error.name) }
const { config } = await import('./config.mjs').catch(() => ({}))
console.log('end', config)`,
      'config.mjs': `
import { asyncToSync } from '@syncbridge/core'
const load = asyncToSync(async () => 'loaded')
export let config
try { config = load() } catch (error) { config = error.code }`,
    })
    assert.equal(late, false)
    assert.equal(code, 0)
    assert.equal(stdout, 'end loaded\n')
  })
})
