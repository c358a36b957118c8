import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import {
  configure,
  onThreadExit,
  shutdown,
  stats,
  syncToAsync,
  ThreadPoolExecutor,
  ThreadSensitiveContext,
} from '@syncbridge/core'
import * as ends from './fixtures/thread-exit.js'
import { Latch, Ledger } from './support/latch.js'
import { runFiles } from './support/run-in-process.js'

const fixture = new URL('./fixtures/thread-exit.js', import.meta.url)

afterEach(async () => {
  await shutdown({ timeout: 100 })
  configure({ leased: { maxThreads: 8 }, pool: { maxThreads: 2 } })
})

describe('shutdown', () => {
  test('runs what was given to onThreadExit, the last first, on every kind of thread', async () => {
    const ledgers = [new Ledger(), new Ledger(), new Ledger()]
    const [shared, pooled, leased] = ledgers.map(({ memory }) => memory)
    await ends.noteAtEnd(shared, 1, 2, 3)
    await ends.noteAtEndOnPool(pooled, 1, 2)
    await new ThreadSensitiveContext().run(() => ends.noteAtEnd(leased, 1, 2))
    assert.deepEqual(
      ledgers.map(({ entries }) => entries),
      [[], [], []],
    )

    await shutdown()

    assert.deepEqual(
      ledgers.map(({ entries }) => entries),
      [
        [3, 2, 1],
        [2, 1],
        [2, 1],
      ],
    )
    assert.deepEqual(stats().threads, [])
  })

  test('waits for one that is async before it runs the next', async () => {
    const ledger = new Ledger()
    await ends.noteAtEnd(ledger.memory, 1)
    await ends.noteLaterAtEnd(ledger.memory, 2)
    await shutdown()
    assert.deepEqual(ledger.entries, [2, 1])
  })

  test('runs the others after one that failed, and warns of it', async (t) => {
    const { stdout, stderr, code } = await runFiles(t, {
      'main.mjs': `
import { shutdown } from '@syncbridge/core'
import { failAtEnd, noteAtEnd } from ${JSON.stringify(fixture.href)}
import { Ledger } from ${JSON.stringify(new URL('./support/latch.js', import.meta.url).href)}
const ledger = new Ledger()
await noteAtEnd(ledger.memory, 1)
await failAtEnd()
await noteAtEnd(ledger.memory, 2)
await shutdown()
console.log(ledger.entries.join())`,
    })
    assert.equal(stdout, '2,1\n')
    assert.match(stderr, /the connection could not be closed/)
    assert.equal(code, 0)
  })

  for (const isLater of [false, true])
    test(`warns where one of them calls process.exit(), as the others do not run (${isLater ? 'after a turn' : 'at once'})`, async (t) => {
      const { stdout, stderr, code } = await runFiles(t, {
        'main.mjs': `
import { shutdown } from '@syncbridge/core'
import { exitAtEnd, noteAtEnd } from ${JSON.stringify(fixture.href)}
import { Ledger } from ${JSON.stringify(new URL('./support/latch.js', import.meta.url).href)}
const ledger = new Ledger()
await noteAtEnd(ledger.memory, 1)
await exitAtEnd(${isLater})
await noteAtEnd(ledger.memory, 2)
await shutdown()
console.log(ledger.entries.join())`,
      })
      assert.equal(stdout, '2\n')
      assert.match(stderr, /SYNCBRIDGE_EXIT_FUNCTION.*before its onThreadExit functions had/)
      assert.equal(code, 0)
    })

  test('refuses what one of them registers meanwhile, and runs the others', async () => {
    const ledger = new Ledger()
    await ends.noteAtEnd(ledger.memory, 1)
    await ends.registerAtEnd(ledger.memory, 2, 3)
    await shutdown()
    assert.deepEqual(ledger.entries, [2, 1])
  })

  test('ends a thread whose function does not return, when its time is over', async () => {
    await ends.neverEnd()
    await shutdown({ timeout: 50 })
    assert.deepEqual(stats().threads, [])
  })

  test('runs none on a thread that is still in the middle of a call', async () => {
    const [ledger, entered, release] = [new Ledger(), new Latch(), new Latch()]
    await ends.noteAtEnd(ledger.memory, 1)
    const staying = ends.stay(entered.memory, release.memory)
    const outcome = staying.catch(({ code }) => code)
    await entered.wait()
    await shutdown({ timeout: 50 })
    assert.equal(await outcome, 'SYNCBRIDGE_CLOSED')
    assert.deepEqual(ledger.entries, [])
  })
})

describe('a thread that is no longer needed runs what was given to onThreadExit', () => {
  test('when the pool has been idle', async () => {
    const ledger = new Ledger()
    const pool = new ThreadPoolExecutor({ maxThreads: 1, idleTimeout: 20 })
    const options = { executor: pool, threadSensitive: false }
    const { noteEntries } = syncToAsync(fixture, options)
    await noteEntries(ledger.memory, [7])
    while (ledger.entries.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(ledger.entries, [7])
    await pool.close()
  })

  test('when the limit of leased threads was lowered', async () => {
    const ledger = new Ledger()
    const hold = async (entry) => {
      const [entered, release] = [new Latch(), new Latch()]
      const ended = new ThreadSensitiveContext().run(async () => {
        await ends.noteAtEnd(ledger.memory, entry)
        await ends.stay(entered.memory, release.memory)
      })
      await entered.wait()
      return async () => {
        release.open()
        await ended
      }
    }
    const [releaseFirst, releaseSecond] = [await hold(1), await hold(2)]
    configure({ leased: { maxThreads: 1 } })

    await releaseFirst()
    while (stats().threads.length > 1) await new Promise((resolve) => setImmediate(resolve))
    await releaseSecond()

    assert.equal(stats().threads.length, 1)
    assert.deepEqual(ledger.entries, [1])
  })
})

describe('onThreadExit on a thread that the bridge has not made', () => {
  test('registers nothing, and says so', async () => {
    assert.equal(await ends.saysWhetherItRuns(), true)
    const ledger = new Ledger()
    assert.equal(
      onThreadExit(() => ledger.note(1)),
      false,
    )
    await shutdown()
    assert.deepEqual(ledger.entries, [])
    assert.throws(() => onThreadExit('not a function'), TypeError)
  })

  test('does not keep a module from being imported there and on threads', async (t) => {
    const { stdout, stderr, code } = await runFiles(t, {
      'main.mjs': `
import { shutdown } from '@syncbridge/core'
import { add } from './ledger.mjs'
console.log(await add(1, 2))
await shutdown()`,
      'ledger.mjs': `
import { isMainThread } from 'node:worker_threads'
import { onThreadExit, syncToAsync } from '@syncbridge/core'
onThreadExit(() => console.log('closed on', isMainThread ? 'the main thread' : 'a thread'))
export const add = syncToAsync((a, b) => a + b)`,
    })
    assert.deepEqual(
      { stdout, stderr, code },
      { stdout: '3\nclosed on a thread\n', stderr: '', code: 0 },
    )
  })
})
