/** Generators across threads, one item at a time, in both directions. docs/values.md, 'Generators'. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { threadId } from 'node:worker_threads'
import {
  asyncToSync,
  CallTimeoutError,
  localScope,
  syncToAsync,
  ThreadExitedError,
  ThreadSensitiveContext,
  TransferError,
} from '@syncbridge/core'
import * as generators from './fixtures/generators.js'
import { Latch } from './support/latch.js'
import { folderOf, runFiles, runInProcess } from './support/run-in-process.js'

const { takeNotes, where } = generators
const itemsOf = async (iterable) => {
  const items = []
  for await (const item of iterable) items.push(item)
  return items
}
/** What is closed without waiting for it is closed a moment later. */
async function notesWith(expected) {
  const notes = []
  for (let round = 0; !notes.includes(expected) && round < 1000; round += 1) {
    notes.push(...(await takeNotes()))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return notes
}

describe('an iterator that is an instance of a class', () => {
  test('arrives as one, by itself and below an object', async () => {
    assert.deepEqual(await itemsOf(await generators.cursor(3, 'all')), [0, 1, 2])
    assert.deepEqual(await itemsOf(generators.cursor(3, 'at once')), [0, 1, 2])
    assert.deepEqual(await itemsOf((await generators.cursorBelow('below')).rows), [0, 1, 2])
  })

  test('is closed where the loop is left early', async () => {
    for await (const item of await generators.cursor(3, 'left')) if (item === 1) break
    assert.ok((await notesWith('left closed')).includes('left closed'))
  })

  test('may be an argument, and is an async one where its steps give promises', async () => {
    assert.equal(await generators.total(generators.makeCursor(4, 'given')), 6)
    assert.deepEqual(await generators.pages(), [0, 1])
  })

  test('may be a plain object that is its own iterator', async () => {
    assert.deepEqual(await itemsOf(await generators.plainCursor(3)), [0, 1, 2])
  })

  test('is not what gives a new one each time, or is a node of a list: these arrive with their fields', async () => {
    assert.deepEqual({ ...(await generators.chain()) }, { items: [1, 2] })
    assert.deepEqual(await generators.node(), { value: 1, next: { value: 2, next: null } })
  })
})

describe('a sync generator', () => {
  test('becomes an async one: its items in order, and what it returns', async () => {
    assert.deepEqual(await itemsOf(generators.count(3)), [0, 1, 2])
    const iterator = generators.count(0)
    assert.deepEqual(await iterator.next(), { value: 'all', done: true })
    assert.deepEqual(await iterator.next(), { value: undefined, done: true })
    assert.equal(Object.prototype.toString.call(iterator), '[object AsyncGenerator]')
    await takeNotes()
  })

  test('makes an item when it is asked for, and nothing before the first', async () => {
    const iterator = generators.count(3, 'lazy')
    assert.deepEqual(await takeNotes(), [])
    await iterator.next()
    assert.deepEqual(await takeNotes(), ['lazy 0'])
    await iterator.next()
    assert.deepEqual(await takeNotes(), ['lazy 1'])
    await iterator.return()
    assert.deepEqual(await takeNotes(), ['lazy over'])
  })

  test('runs its finally when the loop is left early', async () => {
    for await (const item of generators.count(100, 'left')) if (item === 1) break
    assert.deepEqual(await takeNotes(), ['left 0', 'left 1', 'left over'])
    await assert.rejects(async () => {
      for await (const item of generators.count(100, 'thrown')) throw new RangeError(`at ${item}`)
    }, RangeError)
    assert.deepEqual(await takeNotes(), ['thrown 0', 'thrown over'])
  })

  test('hears what is sent and thrown into it', async () => {
    const iterator = generators.talk()
    assert.equal((await iterator.next('unheard')).value, 0)
    assert.equal((await iterator.next('one')).value, 1)
    assert.equal((await iterator.throw(new TypeError('hm'))).value, 1)
    await iterator.next({ two: new Date(2) })
    assert.deepEqual(await iterator.throw(new Error('end')), {
      value: ['TypeError', { two: new Date(2) }],
      done: true,
    })
  })

  test('may go on when it is told to return', async () => {
    const iterator = generators.stubborn()
    await iterator.next()
    assert.deepEqual(await iterator.return('bye'), { value: 'wait', done: false })
    assert.deepEqual(await takeNotes(), [])
    assert.deepEqual(await iterator.next(), { value: 'bye', done: true })
    assert.deepEqual(await takeNotes(), ['cleaned'])
  })

  test('answers steps that were asked for at once in order', async () => {
    const iterator = generators.count(4)
    const steps = await Promise.all(Array.from({ length: 5 }, () => iterator.next()))
    assert.deepEqual(
      steps.map(({ value }) => value),
      [0, 1, 2, 3, 'all'],
    )
    await takeNotes()
  })

  test('that throws ends with that error', async () => {
    const iterator = generators.failing()
    assert.equal((await iterator.next()).value, 1)
    await assert.rejects(iterator.next(), { name: 'RangeError', message: 'no more' })
    assert.deepEqual(await iterator.next(), { value: undefined, done: true })
  })

  test('ends with an item that can’t cross, and is closed', async () => {
    const iterator = generators.awkward()
    await iterator.next()
    await assert.rejects(iterator.next(), TransferError)
    assert.deepEqual(await notesWith('awkward over'), ['awkward over'])
    assert.deepEqual(await iterator.next(), { value: undefined, done: true })
  })

  test('stays on the thread that it began on, which serves others in between', async () => {
    const one = generators.countOnPool(3)
    const [, home] = (await one.next()).value
    const others = await Promise.all(
      Array.from({ length: 8 }, async () => (await itemsOf(generators.countOnPool(2)))[1][1]),
    )
    assert.equal((await one.next()).value[1], home)
    assert.ok(others.every((thread) => thread > 0))
    await one.return()
  })

  test('sees the Locals of whoever asks for an item', async () => {
    const { request } = generators
    await localScope(async () => {
      const iterator = generators.seen()
      request.id = 'one'
      assert.equal((await iterator.next()).value, 'one')
      request.id = 'two'
      assert.equal((await iterator.next()).value, 'two')
      assert.equal(request.by, await where())
      await iterator.return()
    })
  })

  test('that a function returns, or that lies in its result, is iterated over in the same way', async () => {
    assert.deepEqual(await itemsOf(await generators.rows(3)), [0, 1, 2])
    assert.deepEqual(await itemsOf(generators.rows(2)), [0, 1])
    const { title, rows } = await generators.report(3)
    assert.deepEqual([title, await itemsOf(rows)], ['report', [1, 2, 3]])
  })

  test('of a module named by URL is iterated over as it is', async () => {
    const url = new URL('./fixtures/plain-generators.js', import.meta.url)
    const module = syncToAsync(url)
    assert.deepEqual(await itemsOf(module.letters('abc')), ['a', 'b', 'c'])
    assert.deepEqual(await itemsOf(await module.letters('de')), ['d', 'e'])
  })
})

describe('giving up a generator', () => {
  test('by an abort releases who waits, and closes it', async () => {
    const controller = new AbortController()
    const latch = new Latch()
    const iterator = generators.slow.with({ signal: controller.signal })(latch.memory)
    await iterator.next()
    const waiting = iterator.next()
    controller.abort(new RangeError('enough'))
    await assert.rejects(waiting, RangeError)
    latch.open()
    assert.deepEqual(await notesWith('slow over'), ['slow over'])
  })

  test('by an abort between two items closes it, too', async () => {
    const controller = new AbortController()
    const iterator = generators.count.with({ signal: controller.signal })(9, 'aborted')
    await iterator.next()
    controller.abort(new RangeError('enough'))
    assert.deepEqual(await notesWith('aborted over'), ['aborted 0', 'aborted over'])
    await assert.rejects(iterator.next(), RangeError)
  })

  test('by a timeout, which holds for each item', async () => {
    const latch = new Latch()
    const iterator = generators.slow.with({ timeout: 300 })(latch.memory)
    await iterator.next()
    await assert.rejects(iterator.next(), CallTimeoutError)
    latch.open()
    assert.deepEqual(await notesWith('slow over'), ['slow over'])
    assert.deepEqual(await itemsOf(generators.count.with({ timeout: 10_000 })(3)), [0, 1, 2])
    await takeNotes()
  })

  test('by losing it closes it, sooner or later', async (t) => {
    const { stdout, stderr, code } = await runFiles(
      t,
      {
        'main.mjs': `
import { setImmediate as turn } from 'node:timers/promises'
import { count, notes } from './generators.mjs'
await (async () => { await count().next() })()
let seen = []
for (let round = 0; seen.length === 0 && round < 1000; round += 1) { globalThis.gc(); await turn(); seen = await notes() }
console.log(seen)
`,
        'generators.mjs': `
import { syncToAsync } from '@syncbridge/core'
const all = []
export const notes = syncToAsync(() => all)
export const count = syncToAsync(function* () { try { yield 1 } finally { all.push('over') } })
`,
      },
      { nodeArgs: ['--expose-gc'] },
    )
    assert.deepEqual({ stdout, stderr, code }, { stdout: "[ 'over' ]\n", stderr: '', code: 0 })
  })

  for (const [kind, options, held] of [
    ['a signal that lives on', '{ signal }', ''],
    [
      'a signal whose listener holds it, and that is lost with it',
      '{ signal: new AbortController().signal }',
      `options.signal.addEventListener('abort', () => iterator.return())`,
    ],
  ]) {
    test(`by losing it closes it with ${kind}, awaited and blocking`, async (t) => {
      const { stdout, stderr, code } = await runFiles(
        t,
        {
          'main.mjs': `
import { getEventListeners } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { awaited, awaitedClosed, blocking, blockingClosed } from './generators.mjs'
const { signal } = new AbortController()
const lose = async (count) => {
  const options = ${options}
  const iterator = count.with(options)()
  await iterator.next()
  ${held}
}
for (let count = 0; count < 20; count += 1) for (const each of [awaited, blocking]) await lose(each)
let closed = []
for (let round = 0; closed.join() !== '20,20' && round < 1000; round += 1) {
  globalThis.gc()
  await turn()
  closed = [await awaitedClosed(), await blockingClosed()]
}
console.log(closed.join(), getEventListeners(signal, 'abort').length)
process.exit()
`,
          'generators.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
let closed = 0
export const awaited = syncToAsync(function* () { try { yield 1 } finally { closed += 1 } })
export const awaitedClosed = syncToAsync(() => closed)
export const blocking = asyncToSync(async function* () { try { yield 1 } finally { closed += 1 } })
export const blockingClosed = asyncToSync(async () => closed)
`,
        },
        { nodeArgs: ['--expose-gc'] },
      )
      assert.deepEqual({ stdout, stderr, code }, { stdout: '20,20 0\n', stderr: '', code: 0 })
    })
  }

  test('by the end of its context closes it before the hooks, and before another has the thread', async () => {
    let iterator
    const home = await new ThreadSensitiveContext().run(async () => {
      iterator = generators.withHook()
      return (await iterator.next()).value
    })
    await new ThreadSensitiveContext().run(async () => {
      assert.equal(await where(), home)
      assert.deepEqual(await takeNotes(), ['generator', 'hook'])
    })
    await assert.rejects(iterator.next(), { code: 'SYNCBRIDGE_CLOSED' })
  })

  test('by the end of its thread is an error, no wait', async () => {
    const iterator = generators.exiting()
    await iterator.next()
    await assert.rejects(iterator.next(), ThreadExitedError)
    assert.deepEqual(await itemsOf(generators.count(1)), [0])
    await takeNotes()
  })
})

describe('an async generator', () => {
  test('becomes a sync one for sync code, which waits for each item; it runs on the loop', async () => {
    await localScope(async () => {
      const { items, over } = await generators.readTicks(3)
      assert.deepEqual(
        items,
        [0, 1, 2].map((item) => [item, threadId]),
      )
      assert.equal(over, true)
    })
  })

  test('runs its finally when the loop is left early', async () => {
    await localScope(async () => {
      const { items, over } = await generators.readTicks(100, 1)
      assert.equal(items.length, 2)
      assert.equal(over, true)
    })
  })

  test('hears what is sent in, and returns early', async () => {
    await localScope(async () => {
      const { steps, sent, over } = await generators.sendTicks()
      assert.deepEqual(
        steps.map(({ value, done }) => [value.item ?? value, done]),
        [
          [0, false],
          [1, false],
          ['early', true],
        ],
      )
      assert.deepEqual([sent, over], ['hello', true])
    })
  })

  test('that throws ends with that error', async () => {
    assert.deepEqual(await generators.readSource(), {
      items: [1],
      error: 'RangeError: dried up',
    })
  })

  test('can’t have a loop of its own for each call', () => {
    assert.throws(
      () => asyncToSync(async function* own() {}, { forceNewLoop: true, module: import.meta.url }),
      /own is a generator/,
    )
  })

  test('is read by a program that blocks at its top level', async (t) => {
    const { stdout, stderr, code } = await runFiles(t, {
      'main.mjs': `
import { letters } from './letters.mjs'
console.log([...letters('abc')])
for (const letter of letters('xyz')) { console.log(letter); break }
`,
      'letters.mjs': `
import { asyncToSync } from '@syncbridge/core'
export const letters = asyncToSync(async function* (text) {
  try { for (const letter of text) { await null; yield letter } } finally { console.log('over') }
})
`,
    })
    assert.deepEqual(
      { stdout, stderr, code },
      { stdout: "over\n[ 'a', 'b', 'c' ]\nx\nover\n", stderr: '', code: 0 },
    )
  })
})

describe('generators in both directions', () => {
  test('nest', async () => {
    assert.deepEqual(await itemsOf(generators.nested(3)), [1, 3, 5])
    assert.deepEqual(await takeNotes(), ['inner 0', 'inner 1', 'inner 2', 'inner over'])
    for await (const item of generators.nested(100)) if (item === 3) break
    assert.deepEqual(await takeNotes(), ['inner 0', 'inner 1', 'inner over'])
  })

  test('go on calling the functions that they were given, until they end', async () => {
    const told = []
    const tell = (item) => told.push(item)
    assert.deepEqual(await itemsOf(generators.telling(3, tell)), [0, 1, 2])
    assert.deepEqual(told, [0, 1, 2])
    for await (const item of generators.telling(9, tell)) if (item === 1) break
    assert.deepEqual(told, [0, 1, 2, 0])
    await assert.rejects(generators.callKept(), { code: 'SYNCBRIDGE_CLOSED' })
  })

  test('cross as arguments', async () => {
    assert.equal(await generators.sum([1, 2, 3].values()), 6)
    const closed = []
    async function* own() {
      try {
        yield 4
        yield 5
      } finally {
        closed.push('own')
      }
    }
    assert.equal(await generators.sum(own()), 9)
    assert.equal(await generators.first(own()), 4)
    assert.deepEqual(closed, ['own', 'own'])
  })
})

describe('a generator that is an argument', () => {
  const seconds = { 'an item': () => new WeakMap(), 'what is sent in': () => 1 }
  for (const [what, second] of Object.entries(seconds))
    for (const [kind, make] of [
      ['sync', (body) => body()],
      ['async', (body) => inTurns(body())],
    ])
      test(`is closed where ${what} can’t cross (${kind})`, async () => {
        let isClosed = false
        const given = make(function* () {
          try {
            yield 1
            yield second()
            yield 3
          } finally {
            isClosed = true
          }
        })
        assert.equal(await generators.sendIn(given, what), 'SYNCBRIDGE_TRANSFER')
        for (let round = 0; !isClosed && round < 1000; round += 1) await takeNotes()
        assert.ok(isClosed)
        assert.equal((await given.next()).done, true)
      })

  test('of sync code, to async code, is closed where an item can’t cross', async () => {
    assert.equal(await generators.giveAwkward(), 'SYNCBRIDGE_TRANSFER')
    assert.ok((await notesWith('awkward over')).includes('awkward over'))
  })

  test('and stands in two places arrives as two that share its items; below other values it is one', async () => {
    const given = [1, 2, 3].values()
    assert.deepEqual(await generators.nextOfBoth(given, given), [false, 1, 2, 3])
    const { one, isOne } = await generators.sameBelow({ one: given, other: given })
    assert.ok(isOne && one === undefined)
  })

  test('stays open where its reader stops asking, as its giver may go on', async () => {
    const given = [1, 2, 3].values()
    assert.equal(await generators.next(given), 1)
    assert.equal(given.next().value, 2)
  })
})

async function* inTurns(items) {
  yield* items
}

describe('a rendering job that streams a result of 100 MB', () => {
  const program = {
    'main.mjs': `
import { render } from './render.mjs'
const rss = () => process.memoryUsage.rss()
const read = async (kind, megabytes, note) => {
  let length = 0
  for await (const chunk of render(kind, megabytes)) { length += chunk.length; note?.() }
  return length
}
const [kind] = process.argv.slice(2)
// A server that has done such jobs before.
await read(kind, 10)
const before = rss()
let most = 0
const length = await read(kind, 100, () => { most = Math.max(most, rss() - before) })
console.log(length >= 100 * 2 ** 20, most < 40 * 2 ** 20 || most)
`,
    'render.mjs': `
import { syncToAsync } from '@syncbridge/core'
const page = (number) => \`<section><h2>Page \${number}</h2>\${'<p>A line of the report.</p>'.repeat(600)}</section>\`
export const render = syncToAsync(function* render(kind, megabytes) {
  let length = 0
  for (let number = 1; length < megabytes * 2 ** 20; number += 1) {
    const chunk = kind === 'text' ? page(number) : Buffer.from(page(number))
    length += chunk.length
    yield chunk
  }
})
`,
  }
  for (const kind of ['text', 'bytes']) {
    test(`as ${kind} holds less than 40 MB more than before`, async (t) => {
      const folder = folderOf(t, program)
      const { stdout, stderr, code } = await runInProcess([join(folder, 'main.mjs'), kind], {
        deadline: 60_000,
      })
      assert.deepEqual({ stdout, stderr, code }, { stdout: 'true true\n', stderr: '', code: 0 })
    })
  }
})
