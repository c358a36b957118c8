import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const floorHelpers = JSON.stringify(new URL('./support/floor.js', import.meta.url).href)
const fixture = JSON.stringify(new URL('./fixtures/leaving.js', import.meta.url).href)
const importing = `
import * as core from '@syncbridge/core'
import * as calls from ${fixture}
const { configure, shutdown, stats, ThreadSensitiveContext } = core
configure({ pool: { maxThreads: 2 } })
`
const run = (t, program, options) => runFiles(t, { 'main.mjs': importing + program }, options)

async function ends(t, program, expected) {
  const { stdout, stderr, late, code } = await run(t, program)
  assert.deepEqual(
    { stdout, stderr, late, code },
    { stdout: expected, stderr: '', late: false, code: 0 },
  )
}

describe('a process', () => {
  test('ends by itself when threads of every kind are idle', async (t) => {
    await ends(
      t,
      `
console.log(await calls.add(1, 2), await calls.addOnPool(3, 4), calls.greet('you'))
console.log(await new ThreadSensitiveContext().run(() => calls.add(5, 6)))
console.log(stats().threads.map(({ role }) => role).sort().join())`,
      '3 7 hello you\n11\nleased,loop,pool,shared\n',
    )
  })

  test('stays for a pending call, and then ends', async (t) => {
    await ends(t, `calls.slow(150).then((how) => console.log(how))`, 'timed-out\n')
    await ends(
      t,
      `new ThreadSensitiveContext().run(() => calls.slow(150)).then(console.log)`,
      'timed-out\n',
    )
  })

  test('stays for a call that waits in a queue, and then ends', async (t) => {
    const { stdout, stderr, late, code } = await run(
      t,
      `
configure({ pool: { maxThreads: 1 }, leased: { maxThreads: 1 } })
calls.slow(100)
calls.slow(50).then(() => console.log('shared'))
new ThreadSensitiveContext().run(() => calls.slow(200))
new ThreadSensitiveContext().run(() => calls.slow(50)).then(() => console.log('leased'))`,
    )
    // Two threads, which start side by side: which of them is first, nobody can say.
    const lines = stdout.trim().split('\n').sort()
    assert.deepEqual(
      { lines, stderr, late, code },
      { lines: ['leased', 'shared'], stderr: '', late: false, code: 0 },
    )
  })

  for (const [place, slow] of [
    ['the shared thread', (options) => `calls.slow${options}`],
    ['the pool', (options) => `calls.slowOnPool${options}`],
    ['a leased thread', (options) => `inContext(() => calls.slow${options})`],
  ]) {
    test(`stays for a call that waits behind code whose caller has given it up (${place})`, async (t) => {
      await ends(
        t,
        `
configure({ pool: { maxThreads: 1 }, leased: { maxThreads: 1 } })
const inContext = (fn) => new ThreadSensitiveContext().run(fn)
const { code } = await ${slow('.with({ timeout: 50 })(400)')}.catch((error) => error)
console.log(code)
${slow('(1)')}.then(console.log)`,
        'SYNCBRIDGE_CALL_TIMEOUT\ntimed-out\n',
      )
    })
  }

  test('does not stay for code whose caller has given it up', async (t) => {
    const { stdout, late, code, took } = await run(
      t,
      `await calls.parked.with({ timeout: 50 })().catch((error) => console.log(error.code))`,
    )
    assert.deepEqual(
      { stdout, late, code },
      { stdout: 'SYNCBRIDGE_CALL_TIMEOUT\n', late: false, code: 0 },
    )
    assert.ok(took < 5000)
  })

  for (const name of ['parked', 'spinning', 'blockedForEver']) {
    test(`that calls process.exit while a call runs ends at once with that code (${name})`, async (t) => {
      const { late, code, took } = await run(
        t,
        `
calls.${name}()
await calls.addOnPool(1, 2)
process.exit(7)`,
      )
      assert.deepEqual({ late, code }, { late: false, code: 7 })
      assert.ok(took < 5000)
    })
  }

  test('that fails while a call runs ends at once with code 1', async (t) => {
    const { late, code, stderr } = await run(
      t,
      `
calls.parked()
await calls.addOnPool(1, 2)
throw new RangeError('the program failed')`,
    )
    assert.deepEqual({ late, code }, { late: false, code: 1 })
    assert.match(stderr, /the program failed/)
  })

  const whileCallsRun = `
calls.parked().catch(() => {})
calls.spinning().catch(() => {})
new ThreadSensitiveContext().run(() => calls.blockedForEver()).catch(() => {})
await calls.slowOnPool(20)`

  for (const [what, then, expected] of [
    ['an uncaught exception in a timer', `throw new RangeError('the program failed')`, 1],
    ['a rejection that nobody handles', `Promise.reject(new RangeError('the program failed'))`, 1],
    [
      'an uncaught exception for which it has a code of its own',
      `process.on('uncaughtException', (error) => { console.error(error.message); process.exit(9) })
  throw new RangeError('the program failed')`,
      9,
    ],
    [
      'an uncaught exception at which it shuts down',
      `process.on('uncaughtException', async (error) => {
    console.error(error.message)
    await shutdown({ timeout: 50 })
    process.exitCode = 8
  })
  throw new RangeError('the program failed')`,
      8,
    ],
  ]) {
    test(`ends of ${what} while calls run, with that code`, async (t) => {
      const { late, code, stderr } = await run(
        t,
        `${whileCallsRun}\nsetTimeout(() => {\n  ${then}\n}, 0)`,
      )
      assert.deepEqual({ late, code }, { late: false, code: expected })
      assert.match(stderr, /the program failed/)
    })
  }

  for (const [what, handler, expected] of [
    ['as a program does that has nothing to say to it', '', { code: null, signal: 'SIGTERM' }],
    [
      'with the code of its handler',
      `process.once('SIGTERM', () => process.exit(6))`,
      { code: 6, signal: null },
    ],
    [
      'when it has drained',
      `process.once('SIGTERM', async () => { await shutdown({ timeout: 50 }); console.log(stats().threads.length) })`,
      { code: 0, signal: null },
    ],
  ]) {
    test(`that is told to end by a signal while calls run ends ${what}`, async (t) => {
      const { late, code, signal } = await run(
        t,
        `${handler}\n${whileCallsRun}\nconsole.log('running')`,
        { onOutput: (stdout, child) => stdout === 'running\n' && child.kill('SIGTERM') },
      )
      assert.deepEqual({ late, code, signal }, { late: false, ...expected })
    })
  }

  for (const [when, before] of [
    ['a loop that is warm', `calls.greet('early')`],
    ['none yet', ''],
  ]) {
    test(`may make a blocking call in its last moment, with ${when}`, async (t) => {
      const { stdout, late, code } = await run(
        t,
        `
${before}
process.on('exit', () => console.log(calls.greet('late')))
process.exit(5)`,
      )
      assert.deepEqual({ stdout, late, code }, { stdout: 'hello late\n', late: false, code: 5 })
    })
  }

  test('that is told to end by a signal while its main thread is blocked ends', async (t) => {
    const { late, signal } = await run(t, `console.log('blocking'); calls.neverAnswered()`, {
      onOutput: (stdout, child) => stdout.includes('blocking') && child.kill('SIGTERM'),
    })
    assert.deepEqual({ late, signal }, { late: false, signal: 'SIGTERM' })
  })

  test('stays blocked for ever in a call that nobody answers, as it was told to', async (t) => {
    const { late } = await run(t, 'calls.neverAnswered()', { deadline: 700 })
    assert.equal(late, true)
  })
})

describe('shutdown', () => {
  test('lets what runs finish, refuses what comes, and leaves no thread', async (t) => {
    await ends(
      t,
      `
calls.greet('warm')
const running = calls.slow(100)
const pooled = calls.addOnPool(1, 2)
const ended = shutdown()
await calls.add(1, 2).catch((error) => console.log(error instanceof core.ClosedError, error.code))
try { calls.greet('x') } catch (error) { console.log(error.code) }
await new ThreadSensitiveContext().run(() => {}).catch((error) => console.log(error.code))
await ended
console.log(await running, await pooled, stats().threads.length)`,
      'true SYNCBRIDGE_CLOSED\nSYNCBRIDGE_CLOSED\nSYNCBRIDGE_CLOSED\ntimed-out 3 0\n',
    )
  })

  test('lets an open context finish, its further calls included', async (t) => {
    await ends(
      t,
      `
const context = new ThreadSensitiveContext().run(async () => {
  await calls.slow(50)
  return calls.add(1, 2)
})
await new Promise(setImmediate)
await shutdown()
console.log(await context, stats().threads.length)`,
      '3 0\n',
    )
  })

  test('lets an open context finish that makes its first call only afterwards', async (t) => {
    await ends(
      t,
      `
let begun
const context = new ThreadSensitiveContext().run(async () => {
  await new Promise((resolve) => { begun = resolve })
  return calls.add(1, 2)
})
const ended = shutdown()
console.log(stats().contexts)
begun()
console.log(await context)
await ended
console.log(stats().contexts, stats().threads.length)`,
      '1\n3\n0 0\n',
    )
  })

  test('lets calls that wait in a queue finish', async (t) => {
    await ends(
      t,
      `
const queued = [calls.slow(50), calls.add(1, 2), calls.add(3, 4)]
await shutdown()
console.log((await Promise.all(queued)).join())`,
      'timed-out,3,7\n',
    )
  })

  test('ends at its timeout what does not finish, with ClosedError', async (t) => {
    await ends(
      t,
      `
const stuck = Promise.allSettled([calls.parked(), calls.spinning(), calls.add(1, 2)])
await calls.addOnPool(1, 2)
const { mostFor, timeOfPlainThread } = await import(${floorHelpers})
const most = mostFor(2000, await timeOfPlainThread())
const began = performance.now()
await shutdown({ timeout: 100 })
const took = performance.now() - began
console.log((await stuck).map(({ reason }) => reason.code).join(), took >= 95 && took < most, stats().threads.length)`,
      'SYNCBRIDGE_CLOSED,SYNCBRIDGE_CLOSED,SYNCBRIDGE_CLOSED true 0\n',
    )
  })

  test('refuses the calls of a context that has outlived its timeout, and starts no thread for them', async (t) => {
    await ends(
      t,
      `
let goOn, leased
const waiting = new Promise((resolve) => { goOn = resolve })
const hasLeased = new Promise((resolve) => { leased = resolve })
const context = new ThreadSensitiveContext().run(async () => {
  await calls.add(1, 2)
  leased()
  await waiting
  const how = [calls.add(3, 4), calls.addOnPool(5, 6)].map((call) => call.catch(({ code }) => code))
  return Promise.all(how)
})
await hasLeased
await calls.addOnPool(1, 2)
await shutdown({ timeout: 50 })
console.log(stats().threads.length)
goOn()
console.log((await context).join(), stats().threads.length)
configure()
console.log(await calls.add(1, 2))`,
      '0\nSYNCBRIDGE_CLOSED,SYNCBRIDGE_CLOSED 0\n3\n',
    )
  })

  test('lets exit functions block on async functions, refuses them other threads, and leaves no loop of theirs', async (t) => {
    const { stdout, code, took } = await runFiles(t, {
      'main.mjs': `
import { shutdown, stats } from '@syncbridge/core'
import { awaitAtExit, blockAtExit, callAtExit } from './calls.mjs'
await Promise.all([blockAtExit(), callAtExit(), awaitAtExit()])
await shutdown()
console.log(stats().threads.length)`,
      'calls.mjs': `
import { asyncToSync, onThreadExit, syncToAsync } from '@syncbridge/core'
const add = syncToAsync(() => 1)
const one = asyncToSync(async () => 1)
const viaShared = asyncToSync(async () => add().catch(({ code }) => code))
export const blockAtExit = syncToAsync(() => onThreadExit(() => console.log(one())), { threadSensitive: false })
export const callAtExit = syncToAsync(() => onThreadExit(() => console.log(viaShared())))
export const awaitAtExit = syncToAsync(() => onThreadExit(async () => console.log(await add().catch(({ code }) => code))))`,
    })
    const [last, ...lines] = stdout.trim().split('\n').reverse()
    // What is called below a blocked exit function comes back to its thread; there is no other one any more.
    assert.deepEqual([code, last, lines.sort()], [0, '0', ['1', '1', 'SYNCBRIDGE_CLOSED']])
    assert.ok(took < 8000, `${took} ms`)
  })

  test('on a thread of the bridge is an error that says so, and so is configure() in a call', async (t) => {
    const { stdout, code } = await runFiles(t, {
      'main.mjs': `
import { add, endHere, setHere } from './calls.mjs'
for (const call of [endHere, setHere]) console.log(await call())
console.log(await add(1, 2))`,
      'calls.mjs': `
import { asyncToSync, configure, shutdown, syncToAsync } from '@syncbridge/core'
// As this module is evaluated on threads, too.
configure({ pool: { maxThreads: 2 } })
const ending = asyncToSync(async () => shutdown().catch(({ code, message }) => code + ' ' + message), { forceNewLoop: true })
export const endHere = syncToAsync(() => ending())
export const setHere = syncToAsync(() => {
  try { configure({ pool: { maxThreads: 1 } }) } catch ({ code, message }) { return code + ' ' + message }
})
export const add = syncToAsync((a, b) => a + b)`,
    })
    assert.match(
      stdout,
      /^SYNCBRIDGE_ERROR shutdown\(\) .*main thread.*\nSYNCBRIDGE_ERROR configure\(\) .*main thread.*\n3\n$/,
    )
    assert.equal(code, 0)
  })

  test('of a thread that is still starting fails no call that is made after configure()', async (t) => {
    await ends(
      t,
      `
const given = calls.add(1, 2).catch(({ code }) => code)
const ended = shutdown({ timeout: 1 })
console.log(await given)
configure()
console.log(stats().threads.map(({ state }) => state).join(), await calls.add(3, 4))
await ended
console.log(await calls.add(5, 6))`,
      'SYNCBRIDGE_CLOSED\nending 7\n11\n',
    )
  })

  test('is called off by configure() while it waits for calls', async (t) => {
    await ends(
      t,
      `
const slow = calls.slow(100)
const ended = shutdown()
configure()
console.log(await calls.addOnPool(1, 2))
await ended
console.log(await slow, stats().threads.length)`,
      '3\ntimed-out 2\n',
    )
  })

  test('is called off by configure() while exit functions run, and one of them that needs its own thread is refused', async (t) => {
    const latch = JSON.stringify(new URL('./support/latch.js', import.meta.url).href)
    const { stdout, code } = await runFiles(t, {
      'main.mjs': `
import { configure, shutdown } from '@syncbridge/core'
import { add, tidy } from './calls.mjs'
import { Latch } from ${latch}
const [entered, release] = [new Latch(), new Latch()]
await tidy(entered.memory, release.memory)
const ended = shutdown()
await entered.wait()
configure()
release.open()
console.log(await add(1, 2))
await ended`,
      'calls.mjs': `
import { onThreadExit, syncToAsync } from '@syncbridge/core'
import { Latch } from ${latch}
export const add = syncToAsync((a, b) => a + b)
export const tidy = syncToAsync((entered, release) => {
  onThreadExit(async () => {
    new Latch(entered).open()
    await new Latch(release).wait()
    await add(3, 4).then(console.log, ({ code }) => console.log(code))
  })
})`,
    })
    assert.deepEqual([stdout, code], ['SYNCBRIDGE_DEADLOCK\n3\n', 0])
  })

  test('does not cut off exit functions that run already', async (t) => {
    const { stdout, code } = await runFiles(t, {
      'main.mjs': `
import { configure, shutdown, stats } from '@syncbridge/core'
import { begun, tidy } from './calls.mjs'
import { Latch } from ${JSON.stringify(new URL('./support/latch.js', import.meta.url).href)}
configure({ pool: { idleTimeout: 1 } })
const [latch, go] = [new Latch(), new Latch()]
await tidy(latch.memory, go.memory)
await latch.wait()
const over = shutdown()
for (let turns = 0; turns < 100; turns += 1) await new Promise(setImmediate)
go.open()
await over
console.log('gone', stats().threads.length)`,
      'calls.mjs': `
import { onThreadExit, syncToAsync } from '@syncbridge/core'
import { Latch } from ${JSON.stringify(new URL('./support/latch.js', import.meta.url).href)}
export const begun = 0
export const tidy = syncToAsync((memory, go) => {
  onThreadExit(async () => {
    new Latch(memory).open()
    await new Latch(go).wait()
    console.log('flushed')
  })
}, { threadSensitive: false })`,
    })
    assert.deepEqual([stdout, code], ['flushed\ngone 0\n', 0])
  })

  test('of an idle bridge is quick, and may be called twice', async (t) => {
    await ends(
      t,
      `
const { mostFor, timeOfPlainThread } = await import(${floorHelpers})
const most = mostFor(1000, await timeOfPlainThread())
const began = performance.now()
await Promise.all([shutdown(), shutdown()])
await shutdown()
console.log(performance.now() - began < most)`,
      'true\n',
    )
  })

  test('can be undone by configure()', async (t) => {
    await ends(
      t,
      `
await calls.add(1, 1)
await shutdown()
configure({})
console.log(await calls.add(1, 2), await calls.addOnPool(3, 4), calls.greet('again'))
console.log(await new ThreadSensitiveContext().run(() => calls.add(5, 6)))`,
      '3 7 hello again\n11\n',
    )
  })

  test('refuses a timeout that is no positive number and an option that it does not know', async (t) => {
    await ends(
      t,
      `
for (const options of [{ timeout: -1 }, { force: true }])
  await shutdown(options).catch((error) => console.log(error.name))
console.log(await calls.add(1, 2))`,
      'TypeError\nTypeError\n3\n',
    )
  })
})

describe('a ThreadPoolExecutor that is disposed of', () => {
  const pool = `
import { syncToAsync, ThreadPoolExecutor } from '@syncbridge/core'
export const pool = new ThreadPoolExecutor({ maxThreads: 1 })
export const wait = syncToAsync((ms) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  return 'waited ' + ms
}, { threadSensitive: false, executor: pool })`
  const program = (body) => `
import { stats } from '@syncbridge/core'
import { pool, wait } from './pool.mjs'
let running
try {
${body}
} catch (error) { console.log(error.message) }
console.log(await Promise.all(running), stats().threads.length, await wait(1).catch((error) => error.code))`
  const inBlock = `
  running = [wait(50), wait(1)]
  throw new Error('left early')`

  for (const [how, body, isKnown] of [
    [
      'by its method',
      `try {${inBlock}\n} finally { await pool[Symbol.asyncDispose]() }`,
      Symbol.asyncDispose !== undefined,
    ],
    [
      'by `await using`',
      `await using leaving = pool\n${inBlock}`,
      Number.parseInt(process.versions.node, 10) >= 24,
    ],
  ]) {
    test(`lets its calls finish and leaves no thread, also where the block was left by an error (${how})`, {
      skip: !isKnown && 'this version of Node does not know it',
    }, async (t) => {
      const { stdout, stderr, late, code } = await runFiles(t, {
        'main.mjs': program(body),
        'pool.mjs': pool,
      })
      assert.deepEqual(
        { stdout, stderr, late, code },
        {
          stdout: "left early\n[ 'waited 50', 'waited 1' ] 0 SYNCBRIDGE_CLOSED\n",
          stderr: '',
          late: false,
          code: 0,
        },
      )
    })
  }
})

describe('what a thread prints', () => {
  test('appears before the line of the caller that awaited it', async (t) => {
    await ends(
      t,
      `
console.log('before')
await calls.print('one', 'two')
console.log('after')
process.exit(0)`,
      'before\none\ntwo\nafter\n',
    )
  })

  test('appears while the main thread is blocked, and before its next line', async (t) => {
    await ends(
      t,
      `
console.log('before')
calls.printInLoop('inside')
console.log('after')
calls.printFromPoolBelow('from the pool')
console.log('end')
process.exit(0)`,
      'before\ninside\ninside again\nafter\nfrom the pool\nend\n',
    )
  })

  test('appears live: while the main thread is still blocked', async (t) => {
    const { late, signal, stdout } = await runFiles(
      t,
      {
        'main.mjs': `import { wait } from './wait.mjs'\nwait()`,
        'wait.mjs': `
import { asyncToSync } from '@syncbridge/core'
export const wait = asyncToSync(async () => { console.log('I am waiting'); await new Promise(() => {}) })`,
      },
      { onOutput: (text, child) => text.includes('I am waiting') && child.kill('SIGTERM') },
    )
    assert.deepEqual(
      { late, signal, stdout },
      { late: false, signal: 'SIGTERM', stdout: 'I am waiting\n' },
    )
  })

  test('is complete and in order on both streams', async (t) => {
    const { stdout, stderr, code } = await run(t, 'await calls.printBoth(500)')
    const lines = (prefix) =>
      Array.from({ length: 500 }, (_, index) => `${prefix} ${index}\n`).join('')
    assert.equal(code, 0)
    assert.equal(stdout, lines('out'))
    assert.equal(stderr, lines('err'))
  })

  test('just before the thread ends is not lost', async (t) => {
    await ends(
      t,
      `
await calls.printThenExit('last words', 3).catch((error) => console.log(error.exitCode))
process.exit(0)`,
      'last words\n3\n',
    )
  })

  test('may be bytes, or text in another encoding', async (t) => {
    await ends(t, `await calls.printBytes()`, 'bytes 6c61 latin\n')
  })
})
