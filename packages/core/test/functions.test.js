/** Functions as arguments and results: they stay where they are, and are called from there. docs/values.md, 'Functions'. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { threadId } from 'node:worker_threads'
import {
  asyncToSync,
  ClosedError,
  isAsyncFunction,
  keep,
  localScope,
  syncToAsync,
  ThreadExitedError,
  ThreadSensitiveContext,
  TransferError,
} from '@syncbridge/core'
import * as functions from './fixtures/functions.js'
import { Latch } from './support/latch.js'
import { runFiles } from './support/run-in-process.js'

const { Refused, request } = functions
const released = (error) => {
  assert.ok(error instanceof ClosedError, String(error))
  assert.match(error.message, /was released/)
  return true
}

describe('a function given to sync code', () => {
  test('runs on the loop that gave it, each call in order', async () => {
    const seen = []
    const double = (item) => {
      seen.push([item, threadId])
      return item * 2
    }
    assert.deepEqual(await functions.each([1, 2, 3], double), [2, 4, 6])
    assert.deepEqual(
      seen,
      [1, 2, 3].map((item) => [item, threadId]),
    )
    assert.deepEqual(await functions.eachOnPool([4], double), [8])
  })

  test('may be async, and may lie below an object or array', async () => {
    assert.deepEqual(await functions.each([1], async (item) => item + 1), [2])
    assert.deepEqual(await functions.eachOf([1], { steps: [async (item) => item + 1] }), [2])
  })

  test('keeps its name and length, and is async', async () => {
    assert.deepEqual(await functions.describe(function add(_a, _b) {}), ['add', 2, 'function'])
    const { next } = await functions.counter(1)
    assert.ok(isAsyncFunction(next))
  })

  test('can be told without waiting, and has been when the call is answered', async () => {
    const seen = []
    assert.equal(await functions.tell([1, 2, 3], (item) => seen.push(item)), 'told')
    assert.deepEqual(seen, [1, 2, 3])
  })

  test('that throws is an error of that call, of its class and with both stacks', async () => {
    const thrower = (by) => {
      throw new Refused(by)
    }
    const { name, by, stack } = await functions.catchFrom(thrower, 'loop')
    assert.deepEqual([name, by], ['Refused', 'loop'])
    assert.match(stack, /thrower[\s\S]*thrower ran in another thread[\s\S]*fixtures.functions\.js/)
    await assert.rejects(functions.each([1], thrower), Refused)
  })

  test('sees the caller’s Locals, and what it sets is seen below', async () => {
    await localScope(async () => {
      request.id = 'r-1'
      assert.deepEqual(await functions.withLocal(functions.readLocal), { id: 'r-1', seen: 'r-1' })
      assert.equal(request.seen, 'r-1')
    })
  })

  test('takes functions in its turn, and gives some', async () => {
    const { wrap, next } = await functions.counter(5)
    const ask = await wrap(async (count) => ({ answer: () => count }))
    const { answer } = await ask()
    assert.equal(await answer(), 5)
    await next(2)
    assert.equal(await (await ask()).answer(), 7)
  })

  test('goes on to async code and to other threads, and runs where it was given', async () => {
    const seen = []
    const note = (item) => {
      seen.push(threadId)
      return item + 1
    }
    assert.deepEqual(await functions.throughThree(note, 1), [2])
    assert.deepEqual(seen, [threadId])
  })

  test('hears of the abort of the call', async () => {
    const controller = new AbortController()
    const latch = new Latch()
    const call = functions.waitForAbort.with({ signal: controller.signal })(
      functions.abortable,
      latch.memory,
    )
    await latch.wait()
    controller.abort(new Refused('caller'))
    await assert.rejects(call, Refused)
  })
})

describe('a function given to async code by the thread that waits for it', () => {
  test('runs on that very thread', async () => {
    const { sum, seen, here } = await functions.applyBelow(2)
    assert.equal(sum, 42)
    assert.deepEqual(seen, [here])
  })

  test('can’t be async: that would wait for ever, and is a DeadlockError', async () => {
    const { isDeadlock, message } = await functions.applyAsyncBelow()
    assert.ok(isDeadlock)
    assert.match(message, /is async, and the thread that it lives on is blocked/)
  })

  test('works for a program that blocks at its top level', async (t) => {
    const { stdout, stderr, code } = await runFiles(t, {
      'main.mjs': `
import { each } from './fns.mjs'
const seen = []
console.log(each([1, 2], (item) => { seen.push(item); return item * 2 }), seen)
`,
      'fns.mjs': `
import { asyncToSync } from '@syncbridge/core'
export const each = asyncToSync(async (items, fn) => Promise.all(items.map((item) => fn(item))))
`,
    })
    assert.deepEqual(
      { stdout, stderr, code },
      { stdout: '[ 2, 4 ] [ 1, 2 ]\n', stderr: '', code: 0 },
    )
  })
})

describe('a function sent home', () => {
  test('is the function that it was', async () => {
    const own = () => 1
    assert.equal(await functions.echo(own), own)
    const { list } = await functions.echo({ list: [own] })
    assert.equal(list[0], own)
    assert.equal(await functions.sentHome(), true)
  })

  test('is the bridged function that it was', async () => {
    assert.equal(await functions.echo(functions.where), functions.where)
  })
})

describe('a function that was a result', () => {
  test('runs on the thread that it was made on, as long as anybody has it', async () => {
    const { next, where } = await functions.counter(1)
    assert.deepEqual([await next(), await next(10)], [2, 12])
    assert.equal(await where(), await functions.where())
    const [, home] = await functions.counterOnPool(1)
    const other = await home()
    await Promise.all(Array.from({ length: 10 }, () => functions.whereOnPool()))
    assert.equal(await home(), other)
  })

  test('can be called by blocked sync code of another thread', async () => {
    const [read] = await functions.counterOnPool(7)
    assert.deepEqual(await functions.each([1], read), [7])
  })

  test('that throws is an error of that call', async () => {
    const { fail, next } = await functions.counter(1)
    await assert.rejects(fail(), Refused)
    assert.equal(await next(), 2)
  })

  test('is released by dispose, once', async () => {
    const { next, where } = await functions.counter(1)
    next[Symbol.dispose]()
    next[Symbol.dispose]()
    await assert.rejects(next(), released)
    assert.equal(typeof (await where()), 'number')
  })

  test('ends with the context that it was made in, before another has the thread', async () => {
    const { next, home } = await new ThreadSensitiveContext().run(async () => {
      const { next, where } = await functions.counter(1)
      assert.equal(await next(), 2)
      return { next, home: await where() }
    })
    await assert.rejects(next(), released)
    await new ThreadSensitiveContext().run(async () => assert.equal(await functions.where(), home))
  })

  test('ends with its thread: an error, no wait', async () => {
    const { exit, next } = await functions.counter(1)
    await assert.rejects(exit(), ThreadExitedError)
    await assert.rejects(next(), ThreadExitedError)
    assert.equal(await functions.echo(1), 1)
  })

  test('as a property of an error works, too', async () => {
    const own = () => 1
    const error = await functions.failWith(own).catch((error) => error)
    assert.ok(error instanceof Refused)
    assert.equal(error.retry, own)
    assert.equal(await error.more(), 7)
  })
})

describe('a function that was an argument', () => {
  test('is released when the call has ended', async () => {
    await functions.hold(() => 1)
    await assert.rejects(functions.callHeld(), released)
  })

  test('is released when the call has failed, or could not be sent', async () => {
    const own = () => 1
    await assert.rejects(functions.echo([own, Promise.resolve()]), TransferError)
    await assert.rejects(
      functions.each([1], () => {
        throw new Refused('loop')
      }),
      Refused,
    )
    // It is the same function with a number of its own, and what held it before holds it no more.
    assert.equal(await functions.echo(own), own)
  })

  test('is held as long as a function that was the result, which closes over it', async () => {
    const calls = []
    const { wrap } = await functions.counter(5)
    const ask = await wrap((count) => calls.push(count))
    await ask()
    await ask()
    assert.deepEqual(calls, [5, 5])
    ask[Symbol.dispose]()
    await assert.rejects(ask(), released)
  })

  test('is held longer by keep(), until it is disposed of', async () => {
    await functions.keepIt((by) => 40 + by)
    assert.equal(await functions.callHeld(2), 42)
    await functions.drop(true)
    await functions.keepIt((by) => 50 + by)
    assert.equal(await functions.callHeld(2), 52)
  })

  test('of its own thread needs no keeping', () => {
    const own = () => 1
    assert.equal(keep(own), own)
    assert.throws(() => keep(1), TypeError)
  })
})

describe('asyncToSync of a function from elsewhere', () => {
  test('needs no place at a module’s top level, and can have a timeout but no loop of its own', async () => {
    assert.deepEqual(await functions.each([1], (item) => item), [1])
    const { next } = await functions.counter(1)
    assert.throws(() => asyncToSync(next, { forceNewLoop: true }), /lives on another thread/)
    assert.throws(() => syncToAsync(next), TypeError)
  })
})

describe('memory', () => {
  const program = (body) => ({
    'main.mjs': `
import { setImmediate as turn } from 'node:timers/promises'
import { stats } from '@syncbridge/core'
import * as functions from './functions.mjs'
const settle = async () => {
  for (let round = 0; round < 20; round += 1) { globalThis.gc(); await functions.collect(); await turn() }
}
${body}
`,
    'functions.mjs': `
import { asyncToSync, keep, syncToAsync } from '@syncbridge/core'
export const call = syncToAsync((fn) => asyncToSync(fn)(1), { threadSensitive: false })
export const tell = syncToAsync((fn) => void fn(1))
export const give = syncToAsync((size) => { const bytes = Buffer.alloc(size); return () => bytes.length })
export const collect = syncToAsync(() => globalThis.gc())
export const used = syncToAsync(() => { globalThis.gc(); return process.memoryUsage().arrayBuffers })
export const heap = syncToAsync(() => { globalThis.gc(); return process.memoryUsage().heapUsed })
let kept
export const keepIt = syncToAsync((fn) => { kept = keep(fn) })
export const drop = syncToAsync(() => { kept = undefined })
`,
  })

  // A million in `npm run verify`.
  const calls = Number(process.env.CALLS ?? 30_000)
  test(`stays flat over ${calls} calls that pass a closure`, async (t) => {
    const { stdout, stderr, code } = await runFiles(
      t,
      program(`
const run = async (calls) => {
  for (let done = 0; done < calls; done += 100)
    await Promise.all(Array.from({ length: 100 }, (_, index) => functions.call((by) => index + by)))
}
await run(10_000)
await settle()
const [here, there] = [process.memoryUsage().heapUsed, await functions.heap()]
await run(${calls})
await settle()
console.log((process.memoryUsage().heapUsed - here) / 2 ** 20 < 3, (await functions.heap()) - there < 3 * 2 ** 20)
`),
      { nodeArgs: ['--expose-gc'], deadline: 30_000 + calls },
    )
    assert.deepEqual({ stdout, stderr, code }, { stdout: 'true true\n', stderr: '', code: 0 })
  })

  test('of what a result holds over there is free when nobody has the result any more', async (t) => {
    const { stdout, stderr, code } = await runFiles(
      t,
      program(`
let handles = await Promise.all(Array.from({ length: 10 }, () => functions.give(2 ** 21)))
console.log(await handles[0](), (await functions.used()) >= 10 * 2 ** 21)
handles = undefined
await settle()
console.log((await functions.used()) < 5 * 2 ** 21)
`),
      { nodeArgs: ['--expose-gc'] },
    )
    assert.deepEqual(
      { stdout, stderr, code },
      { stdout: '2097152 true\ntrue\n', stderr: '', code: 0 },
    )
  })

  test('of what is kept over there is free when it is dropped there', async (t) => {
    const { stdout, stderr, code } = await runFiles(
      t,
      program(`
await functions.collect()
const before = process.memoryUsage().arrayBuffers
await functions.keepIt((bytes => () => bytes.length)(Buffer.alloc(2 ** 23)))
await settle()
console.log(process.memoryUsage().arrayBuffers - before > 2 ** 22)
await functions.drop()
await settle()
console.log(process.memoryUsage().arrayBuffers - before < 2 ** 22)
`),
      { nodeArgs: ['--expose-gc'] },
    )
    assert.deepEqual({ stdout, stderr, code }, { stdout: 'true\ntrue\n', stderr: '', code: 0 })
  })
})

describe('an instance of a class with a codec', () => {
  test('arrives as an instance, also below other values and as the result', async () => {
    const money = await functions.double(new functions.Money(21))
    assert.ok(money instanceof functions.Money)
    assert.equal(money.cents, 42)
    assert.equal((await functions.echo({ list: [new functions.Money(1)] })).list[0].cents, 1)
  })

  test('may hold others', async () => {
    const tree = new functions.Tree([
      new functions.Tree([]),
      new functions.Tree([new functions.Tree([])]),
    ])
    assert.equal(await functions.depth(tree), 3)
  })

  test('that holds itself is a TransferError, and the next call works', async () => {
    const tree = new functions.Tree([])
    tree.children.push(tree)
    await assert.rejects(functions.depth(tree), TransferError)
    assert.equal(await functions.depth(new functions.Tree([])), 1)
  })

  test('whose codec fails is that call’s error', async () => {
    const broken = (how) => new functions.Broken(how)
    await assert.rejects(functions.echo(broken('encode')), /not to be taken apart/)
    await assert.rejects(functions.echo(broken('decode')), /not to be built/)
    await assert.rejects(functions.give('encode'), /not to be taken apart/)
    await assert.rejects(functions.give('decode'), /not to be built/)
    assert.equal(await functions.echo(1), 1)
  })
})
