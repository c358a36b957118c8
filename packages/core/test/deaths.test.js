import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import {
  configure,
  RegistrationError,
  stats,
  syncToAsync,
  ThreadExitedError,
  ThreadSensitiveContext,
} from '@syncbridge/core'
import { add, addOnPool, hold, holdOnPool, note, noteOnPool, where } from './fixtures/basic.js'
import * as deaths from './fixtures/deaths.js'
import { timeOfPlainThread, within } from './support/floor.js'
import { Latch, Ledger } from './support/latch.js'
import { occupied } from './support/occupied.js'
import { folderOf, runFiles } from './support/run-in-process.js'

const fixture = (name) => JSON.stringify(new URL(`./fixtures/${name}.js`, import.meta.url).href)
const exited = (exitCode) => (error) => {
  assert.ok(error instanceof ThreadExitedError, String(error))
  assert.equal(error.code, 'SYNCBRIDGE_THREAD_EXITED')
  assert.equal(error.exitCode, exitCode)
  return true
}
const upTo = (count) => Array.from({ length: count }, (_, index) => index)

before(() => configure({ pool: { maxThreads: 2 }, leased: { maxThreads: 2 } }))

describe('death: of a thread that has calls of its own in line', () => {
  test('leaves those that had not begun undone', async (t) => {
    const { stdout } = await runFiles(t, {
      'main.mjs': `import { configure, stats } from '@syncbridge/core'
        import { begin, last } from './work.js'
        configure({ pool: { maxThreads: 1 } })
        const cells = new Int32Array(new SharedArrayBuffer(12))
        begin(cells)
        const loops = () => stats().threads.filter(({ role }) => role === 'loop').length
        while (loops() > 0) await new Promise((resolve) => setTimeout(resolve, 5))
        Atomics.store(cells, 2, 1)
        Atomics.notify(cells, 2)
        console.log(await last(cells))`,
      'work.js': `import { asyncToSync, syncToAsync } from '@syncbridge/core'
        const work = syncToAsync((cells, call) => {
          if (call === 0) {
            Atomics.store(cells, 1, 1)
            Atomics.notify(cells, 1)
            Atomics.wait(cells, 2, 0)
          }
          Atomics.add(cells, 0, 1)
        }, { threadSensitive: false })
        export const begin = asyncToSync(async (cells) => {
          for (let call = 0; call < 20; call += 1) work(cells, call).catch(() => {})
          // Soon after this has been answered.
          setTimeout(async () => {
            await Atomics.waitAsync(cells, 1, 0).value
            process.exit(3)
          }, 0)
        })
        export const last = syncToAsync((cells) => Atomics.load(cells, 0), { threadSensitive: false })`,
    })
    assert.equal(stdout, '1\n')
  })
})

describe('death: process.exit in a bridged function', () => {
  test('on the shared thread rejects its caller with the exit code, and the next call works', async () => {
    const thread = await where()
    await within(1000, assert.rejects(deaths.exitHere(3), exited(3)))
    assert.notEqual(await where(), thread)
    assert.equal(await add(1, 2), 3)
  })

  test('with code 0 is a death as well', async () => {
    await assert.rejects(deaths.exitHere(0), exited(0))
    assert.equal(await add(1, 2), 3)
  })

  test('on the pool rejects its caller with the exit code, and the next call works', async () => {
    await assert.rejects(deaths.exitOnPool(3), exited(3))
    assert.equal(await addOnPool(1, 2), 3)
  })

  test('on the pool fails no call of another thread', async () => {
    const other = await occupied(holdOnPool)
    await assert.rejects(deaths.exitOnPool(3), exited(3))
    other.release()
    assert.equal(typeof (await other.done), 'number')
  })

  test('on a leased thread rejects its caller, and the context goes on with another thread', async () => {
    await new ThreadSensitiveContext().run(async () => {
      const thread = await where()
      await assert.rejects(deaths.exitHere(3), exited(3))
      const next = await where()
      assert.notEqual(next, thread)
      assert.equal(await where(), next)
    })
    assert.equal(await new ThreadSensitiveContext().run(() => add(1, 2)), 3)
  })

  test('in a context that then ends frees its place', async () => {
    for (let round = 0; round < 5; round += 1) {
      await assert.rejects(
        new ThreadSensitiveContext().run(() => deaths.exitHere(3)),
        exited(3),
      )
    }
    const threads = await Promise.all(
      upTo(4).map(() => new ThreadSensitiveContext().run(() => where())),
    )
    assert.ok(threads.every((thread) => thread > 0))
  })

  test('in a nest rejects every level of it', async () => {
    const ledger = new Ledger()
    await assert.rejects(deaths.exitInNest(5, ledger.memory), exited(5))
    assert.deepEqual(ledger.entries, [5])
    assert.equal(await add(1, 2), 3)
  })

  test('names the function and the remedy', async () => {
    await assert.rejects(deaths.exitHere(3), (error) => {
      assert.match(error.message, /exitHere|exit \(/)
      assert.match(error.message, /fixtures[\\/]deaths\.js/)
      assert.match(error.message, /exit code 3/)
      return true
    })
  })

  test('again and again leaves no thread behind', async () => {
    const before = stats().threads.length
    for (const code of upTo(10)) await assert.rejects(deaths.exitHere(code), exited(code))
    await add(1, 2)
    assert.ok(stats().threads.length <= before + 1)
  })
})

describe('death: calls that were queued', () => {
  test('move to the replacement of the shared thread and run exactly once, in order', async () => {
    const ledger = new Ledger()
    const dying = await occupied(deaths.holdAndExitHere, 3)
    const queued = upTo(20).map((entry) => note(ledger.memory, entry))
    dying.release()
    await assert.rejects(dying.done, exited(3))
    await Promise.all(queued)
    assert.deepEqual(ledger.entries, upTo(20))
  })

  test('are not taken for started where one behind them was given up', async () => {
    const ledger = new Ledger()
    const ahead = await occupied(hold)
    const dying = deaths.exitHere(3)
    const behind = note(ledger.memory, 1)
    const controller = new AbortController()
    const givenUp = note.with({ signal: controller.signal })(ledger.memory, 2)
    controller.abort()
    await assert.rejects(givenUp, { name: 'AbortError' })
    ahead.release()
    await assert.rejects(dying, exited(3))
    await behind
    assert.deepEqual(ledger.entries, [1])
  })

  test('move to the replacement of a leased thread and run exactly once, in order', async () => {
    const ledger = new Ledger()
    await new ThreadSensitiveContext().run(async () => {
      const dying = await occupied(deaths.holdAndExitHere, 3)
      const queued = upTo(20).map((entry) => note(ledger.memory, entry))
      dying.release()
      await assert.rejects(dying.done, exited(3))
      assert.equal(new Set(await Promise.all(queued)).size, 1)
    })
    assert.deepEqual(ledger.entries, upTo(20))
  })

  test('run exactly once when both threads of the pool die', async () => {
    const ledger = new Ledger()
    const dying = [
      await occupied(deaths.holdAndExitOnPool, 3),
      await occupied(deaths.holdAndExitOnPool, 4),
    ]
    const queued = upTo(20).map((entry) => noteOnPool(ledger.memory, entry))
    for (const one of dying) one.release()
    await assert.rejects(dying[0].done, exited(3))
    await assert.rejects(dying[1].done, exited(4))
    await Promise.all(queued)
    assert.deepEqual(
      ledger.entries.sort((a, b) => a - b),
      upTo(20),
    )
  })

  test('run exactly once when one of them kills the replacement, too', async () => {
    const ledger = new Ledger()
    const dying = await occupied(deaths.holdAndExitHere, 3)
    const queued = [
      note(ledger.memory, 1),
      deaths.exitHere(4),
      note(ledger.memory, 2),
      deaths.exitHere(5),
      note(ledger.memory, 3),
    ]
    dying.release()
    const results = await Promise.allSettled(queued)
    assert.deepEqual(
      results.map(({ reason }) => reason?.exitCode),
      [undefined, 4, undefined, 5, undefined],
    )
    assert.deepEqual(ledger.entries, [1, 2, 3])
  })
})

describe('death: a thread that dies with a message under way', () => {
  test('keeps nobody else’s answer from a main thread that was busy meanwhile', async () => {
    const floor = await timeOfPlainThread()
    for (let round = 0; round < 5; round += 1) {
      const other = await occupied(holdOnPool)
      const [entered, release] = [new Latch(), new Latch()]
      const dying = assert.rejects(
        deaths.sayAndExitOnPool(entered.memory, release.memory),
        exited(3),
      )
      await entered.wait()
      release.open()
      // So that both the message and the end are there when this thread's event loop turns again. Nothing tells a thread that does
      // not turn of another one's end: it stands still for some times what a plain thread takes to start and end.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * floor)
      await dying
      other.release()
      // Where it is lost, the test's own deadline ends this.
      assert.equal(typeof (await other.done), 'number')
    }
  })
})

describe('death: a call that had started', () => {
  test('is never tried again, also after others were given up in the queue before it', async () => {
    const ledger = new Ledger()
    const first = await occupied(hold)
    const aborter = new AbortController()
    const givenUp = [1, 2, 3].map((entry) =>
      note.with({ signal: aborter.signal })(ledger.memory, entry),
    )
    aborter.abort(new Error('changed my mind'))
    await Promise.allSettled(givenUp)
    first.release()
    await first.done
    await assert.rejects(deaths.noteAndExit(ledger.memory, 4, 3), exited(3))
    await where()
    assert.deepEqual(ledger.entries, [4])
  })
})

describe('death: an error that nobody handles in the thread', () => {
  for (const [name, how] of [
    ['an uncaught exception', deaths.throwLater],
    ['an unhandled rejection', deaths.rejectLater],
  ]) {
    test(`after the call has returned (${name}) does no harm to it nor to the next calls`, async () => {
      const ledger = new Ledger()
      const thread = await how()
      const threads = await Promise.all(upTo(10).map((entry) => note(ledger.memory, entry)))
      assert.deepEqual(ledger.entries, upTo(10))
      assert.ok(threads.every((id) => id > 0))
      // Once it has died, another one serves.
      const deadline = performance.now() + 5000
      while ((await where()) === thread && performance.now() < deadline)
        await new Promise(setImmediate)
      assert.notEqual(await where(), thread)
    })
  }
})

describe('death: an error that no call waits for', () => {
  test('is told by a warning, with its stack', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
import { once } from 'node:events'
import { throwLater } from ${fixture('deaths')}
const warned = once(process, 'warning')
const anchor = setInterval(() => {}, 20_000)
await throwLater()
const [{ code, message, detail }] = await warned
clearInterval(anchor)
console.log(code, /^The shared thread 0\\/\\d+ was ended by an error .*: RangeError: nobody caught this$/.test(message), detail.includes('deaths.js'))`,
    })
    assert.deepEqual(
      { stdout, late },
      { stdout: 'SYNCBRIDGE_THREAD_EXITED true true\n', late: false },
    )
  })

  test('is not told by a warning where a call has failed of it', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': `
import { throwMeanwhile } from ${fixture('deaths')}
process.on('warning', ({ message }) => console.log('warning', message))
try { throwMeanwhile() } catch ({ code, cause }) { console.log(code, cause.message) }
// Warnings are told before the event loop turns.
await new Promise(setImmediate)`,
    })
    assert.deepEqual(
      { stdout, late },
      { stdout: 'SYNCBRIDGE_THREAD_EXITED nobody caught this\n', late: false },
    )
  })
})

describe('death: a thread with a handler of its own for uncaught exceptions', () => {
  const program = (body) => ({
    'main.mjs': `
import { configure } from '@syncbridge/core'
import { exitHere, throwLater, where } from ${fixture('deaths')}
import { handled } from './handled.mjs'
configure({ setup: [new URL('./setup.mjs', import.meta.url)] })
const thread = await throwLater()
while (!(await handled())) await new Promise(setImmediate)
${body}`,
    'handled.mjs': `
import { syncToAsync } from '@syncbridge/core'
export const handled = syncToAsync(() => globalThis.handled)`,
    'setup.mjs': `process.on('uncaughtException', (error) => { globalThis.handled = error.message })`,
  })

  test('lives on', async (t) => {
    const { stdout, late } = await runFiles(t, program('console.log((await where()) === thread)'))
    assert.deepEqual({ stdout, late }, { stdout: 'true\n', late: false })
  })

  test('is not blamed on an exception that the thread’s own handler had caught before', async (t) => {
    const { stdout, late } = await runFiles(
      t,
      program(`
await exitHere(3).catch((error) => console.log(error.exitCode, error.cause, error.message.includes('nobody')))`),
    )
    assert.deepEqual({ stdout, late }, { stdout: '3 undefined false\n', late: false })
  })
})

describe('death: a module that can’t be loaded', () => {
  const cases = [
    ['syntax', SyntaxError],
    ['missing-import', /is-not-there/],
    ['throws', /while loading/],
    ['does-not-exist', /does-not-exist/],
  ]
  for (const [name, expected] of cases) {
    test(`rejects the call with the reason as its cause (${name})`, async (t) => {
      const url =
        name === 'syntax'
          ? // As a fixture it would be an error to every tool that reads this folder.
            pathToFileURL(
              join(folderOf(t, { 'syntax.mjs': 'export const broken = (' }), 'syntax.mjs'),
            )
          : new URL(`./fixtures/broken/${name}.js`, import.meta.url)
      const { broken } = syncToAsync(url)
      const thread = await where()
      await assert.rejects(broken(), (error) => {
        assert.ok(error instanceof RegistrationError, String(error))
        if (expected instanceof RegExp) assert.match(error.cause.message, expected)
        else assert.ok(error.cause instanceof expected)
        assert.match(error.message, /broken/)
        return true
      })
      assert.equal(await where(), thread, 'the thread lives on')
      await assert.rejects(broken(), RegistrationError)
    })
  }

  test('rejects the call also where only the threads fail to load it', async () => {
    const { broken } = await import('./fixtures/broken/throws-in-threads.js')
    await assert.rejects(broken(), (error) => {
      assert.ok(error instanceof RegistrationError)
      assert.ok(error.cause instanceof RangeError)
      return true
    })
    assert.equal(await add(1, 2), 3)
  })

  test('rejects the call with the exit code where loading it ends the thread', async () => {
    const { broken } = syncToAsync(new URL('./fixtures/broken/exits.js', import.meta.url))
    await assert.rejects(broken(), exited(4))
    assert.equal(await add(1, 2), 3)
  })

  test('rejects a call of a function that it registers elsewhere only', async () => {
    const { onlyInMain } = await import('./fixtures/broken/not-everywhere.js')
    await assert.rejects(onlyInMain(), (error) => {
      assert.ok(error instanceof RegistrationError)
      assert.match(error.message, /isMainThread/)
      return true
    })
  })

  test('never runs another function of the same name instead of one that is not registered', async () => {
    const { first, second } = await import('./fixtures/broken/other-order.js')
    const outcome = async (fn) => {
      try {
        return await fn()
      } catch (error) {
        assert.ok(error instanceof RegistrationError)
        return 'refused'
      }
    }
    assert.notEqual(await outcome(first), 'second')
    assert.notEqual(await outcome(second), 'first')
  })

  test('settles the call where loading it leaves a rejection behind', async () => {
    const { late } = await import('./fixtures/broken/rejects.js')
    await late().then(
      (value) => assert.equal(value, 'reached'),
      (error) => {
        assert.ok(error instanceof ThreadExitedError, String(error))
        assert.ok(error.cause instanceof RangeError)
      },
    )
    assert.equal(await add(1, 2), 3)
  })

  test('rejects the call that names an export it does not have, and says what it has', async () => {
    const { divide } = syncToAsync(new URL('./fixtures/plain.js', import.meta.url))
    await assert.rejects(divide(), (error) => {
      assert.ok(error instanceof RegistrationError)
      assert.match(error.message, /'divide'/)
      assert.match(error.message, /multiply/)
      return true
    })
  })
})

describe('death: of a thread that something else waits for', () => {
  test('the async code whose caller died is told by its callSignal', async () => {
    const entered = new Latch()
    await assert.rejects(deaths.dieWaiting(entered.memory), exited(7))
    assert.ok((await deaths.told.at(-1)) instanceof ThreadExitedError)
  })

  test('sync code learns of the death of a loop that its own thread made', async () => {
    assert.deepEqual(await deaths.catchDeadLoop(6), {
      code: 'SYNCBRIDGE_THREAD_EXITED',
      exitCode: 6,
    })
  })

  const blocked = (calls) => `
import { mostFor, timeOfPlainThread } from ${JSON.stringify(new URL('./support/floor.js', import.meta.url).href)}
import { greet, ${calls.map(([name]) => name).join(', ')} } from ${fixture('dead-loops')}
const most = mostFor(4000, await timeOfPlainThread())
greet()
for (const [fn, ...args] of [${calls.map(([name, args]) => `[${name}, ${args}]`).join(', ')}]) {
  const began = performance.now()
  try { console.log('returned', JSON.stringify(fn(...args))) } catch (error) {
    console.log(error.constructor.name, error.exitCode, error.cause?.constructor.name, error.cause?.message)
  }
  // The start of two threads is part of it; npm run faults measures the rest.
  if (performance.now() - began > most) console.log('LATE')
  console.log(greet())
}`

  test('the blocked main thread learns of its loop’s process.exit within a second, and the next call works', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': blocked([
        ['exitLoop', 3],
        ['exitLoopLater', 4],
        ['exitFreshLoop', 5],
      ]),
    })
    assert.equal(late, false)
    assert.deepEqual(stdout.trim().split('\n'), [
      'ThreadExitedError 3 undefined undefined',
      'hello',
      'ThreadExitedError 4 undefined undefined',
      'hello',
      'ThreadExitedError 5 undefined undefined',
      'hello',
    ])
  })

  test('the blocked main thread learns of its loop’s uncaught errors within a second, with the cause', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': blocked([
        ['throwInLoop', ''],
        ['rejectInLoop', ''],
      ]).replaceAll(', ]', ']'),
    })
    assert.equal(late, false)
    assert.deepEqual(stdout.trim().split('\n'), [
      'ThreadExitedError 1 RangeError nobody caught this',
      'hello',
      'ThreadExitedError 1 RangeError nobody handled this',
      'hello',
    ])
  })

  test('a loop learns of the death of a pool thread while the thread that made both is blocked', async (t) => {
    const { stdout, late } = await runFiles(t, { 'main.mjs': blocked([['exitPoolBelow', 8]]) })
    assert.equal(late, false)
    assert.equal(stdout, 'returned ["SYNCBRIDGE_THREAD_EXITED",8]\nhello\n')
  })

  test('the blocked main thread learns that its loop ran out of memory', async (t) => {
    const program = `
import { configure } from '@syncbridge/core'
import { exhaustLoop, greet } from ${fixture('dead-loops')}
configure({ resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 } })
try { exhaustLoop() } catch (error) { console.log(error.constructor.name, error.code) }
console.log(greet())`
    const { stdout, late } = await runFiles(t, { 'main.mjs': program })
    assert.equal(late, false)
    assert.equal(stdout, 'ThreadExitedError SYNCBRIDGE_THREAD_EXITED\nhello\n')
  })

  test('an awaiting main thread learns that a pool thread ran out of memory', async (t) => {
    const program = `
import { configure } from '@syncbridge/core'
import { addOnPool } from ${fixture('basic')}
import { exhaust } from './exhaust.mjs'
configure({ resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 } })
await exhaust().catch((error) => console.log(error.constructor.name, error.cause?.code))
console.log(await addOnPool(1, 2))`
    const exhaust = `
import { syncToAsync } from '@syncbridge/core'
export const exhaust = syncToAsync(() => {
  const kept = []
  for (;;) kept.push(new Array(50_000).fill(kept.length))
}, { threadSensitive: false })`
    const { stdout, late } = await runFiles(t, { 'main.mjs': program, 'exhaust.mjs': exhaust })
    assert.equal(late, false)
    assert.equal(stdout, 'ThreadExitedError ERR_WORKER_OUT_OF_MEMORY\n3\n')
  })
})

describe('death: a thread that can’t start', () => {
  const start = (config) => `
import { configure } from '@syncbridge/core'
import { add, addOnPool, greet } from ${fixture('basic')}
configure(${config})
for (const call of [() => add(1, 2), () => addOnPool(1, 2), () => greet('x')]) {
  try { console.log('came up', await call()) } catch (error) { console.log('refused', error.code, error.cause?.message ?? error.message) }
}`

  test('fails its calls when a setup module throws', async (t) => {
    const { stdout, late, code } = await runFiles(t, {
      'main.mjs': start(`{ setup: [new URL('./setup.mjs', import.meta.url)] }`),
      'setup.mjs': `throw new RangeError('no database')`,
    })
    assert.deepEqual({ late, code }, { late: false, code: 0 })
    const lines = stdout.trim().split('\n')
    assert.equal(lines.length, 3)
    for (const line of lines) assert.match(line, /^refused SYNCBRIDGE_\w+ .*no database/)
  })

  test('fails its calls when a setup module does not exist', async (t) => {
    const { stdout, late, code } = await runFiles(t, {
      'main.mjs': start(`{ setup: [new URL('./setup.mjs', import.meta.url)] }`),
    })
    assert.deepEqual({ late, code }, { late: false, code: 0 })
    for (const line of stdout.trim().split('\n'))
      assert.match(line, /^refused SYNCBRIDGE_\w+ .*setup\.mjs/)
  })

  test('fails its calls when Node refuses its options', async (t) => {
    const { stdout, late, code } = await runFiles(t, {
      'main.mjs': start(`{ execArgv: ['--expose-gc'] }`),
    })
    assert.deepEqual({ late, code }, { late: false, code: 0 })
    const lines = stdout.trim().split('\n')
    assert.equal(lines.length, 3)
    for (const line of lines) assert.match(line, /^refused .*--expose-gc/)
  })
})
