/** What is bound to a thread ends with it: a function, a generator, memory that was moved. docs/values.md. */
import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { before, describe, test } from 'node:test'
import {
  configure,
  stats,
  ThreadExitedError,
  ThreadSensitiveContext,
  transfer,
} from '@syncbridge/core'
import { hold } from './fixtures/basic.js'
import * as bound from './fixtures/bound.js'
import { collect } from './support/collect.js'
import { Latch } from './support/latch.js'
import { occupied } from './support/occupied.js'

before(() => configure({ pool: { maxThreads: 1 }, leased: { maxThreads: 1 } }))

/** @returns a function that ends the thread on which `block` runs. */
async function blocked(block) {
  const entered = new Latch()
  const controller = new AbortController()
  block
    .with({ signal: controller.signal, onAbort: 'terminate' })(entered.memory)
    .catch(() => {})
  await entered.wait()
  return () => controller.abort()
}

/** Until the root is told of a call that another thread makes: that comes with the call's message, which the root passes on. */
const callOfAnotherThread = () =>
  new Promise((resolve) => {
    const calls = tracingChannel('syncbridge:call')
    const listener = {
      start: ({ from }) => {
        if (from === '0') return
        calls.unsubscribe(listener)
        // The message itself is behind what tells of it.
        setImmediate(resolve)
      },
    }
    calls.subscribe(listener)
  })

const told = (promise) =>
  promise.then(
    (value) => value,
    (error) => error,
  )

function endedWithIt(error) {
  assert.ok(error instanceof ThreadExitedError, String(error))
  assert.match(error.message, /ends with that thread/)
}

const places = [
  ['the shared thread', bound.makeFunction, bound.rows, bound.block, (fn) => fn()],
  ['a pool thread', bound.makeFunctionOnPool, bound.rowsOnPool, bound.blockOnPool, (fn) => fn()],
  [
    'a thread of an executor of its own',
    bound.makeFunctionOnOwn,
    bound.rowsOnOwn,
    bound.blockOnOwn,
    (fn) => fn(),
  ],
  [
    'a leased thread',
    bound.makeFunction,
    bound.rows,
    bound.block,
    (fn) => new ThreadSensitiveContext().run(fn),
  ],
]

for (const [place, makeFunction, rows, block, around] of places) {
  describe(`on ${place}`, () => {
    test('a call of a function that stands in line when its thread ends fails, and reaches no function of another', () =>
      around(async () => {
        const ofA = await makeFunction('A')
        const end = await blocked(block)
        const makingB = makeFunction('B')
        const inLine = told(ofA('a secret of A'))
        end()
        endedWithIt(await inLine)
        const ofB = await makingB
        assert.match(await ofB('hi'), /^hi answered by B/)
        assert.ok((await told(ofA('later'))) instanceof ThreadExitedError)
      }))

    test('a step of a generator that stands in line fails, and takes no item of another', () =>
      around(async () => {
        const a = rows('A')
        assert.match((await a.next()).value, /^row 0 of A/)
        const end = await blocked(block)
        const b = rows('B')
        const first = b.next()
        const second = told(a.next())
        end()
        endedWithIt(await second)
        assert.match((await first).value, /^row 0 of B/)
        assert.match((await b.next()).value, /^row 1 of B/)
        await b.return()
      }))
  })
}

test('a thread that ends at any moment of a call of its function leaves an answer of that function, or ThreadExitedError', async () => {
  for (let round = 0; round < 25; round += 1) {
    const ofA = await bound.makeFunction('A')
    const end = await blocked(bound.block)
    const makingB = bound.makeFunction('B')
    const calls = []
    // Any moment is right: the rounds differ in what the end meets.
    const pause = () => new Promise((resolve) => setTimeout(resolve, round % 3))
    setTimeout(end, round)
    for (let call = 0; call < 12; call += 1) {
      calls.push(told(ofA(`secret ${call}`)))
      await pause()
    }
    for (const outcome of await Promise.all(calls))
      assert.ok(outcome instanceof ThreadExitedError || / by A on /.test(outcome), String(outcome))
    assert.match(await (await makingB)('hi'), / by B on /)
  }
})

test('a call that another thread sent, and the root passed on, fails with the thread that it is for', async () => {
  const ofA = await bound.makeFunction('A')
  const end = await blocked(bound.block)
  const makingB = bound.makeFunction('B')
  const sent = new Latch()
  const inLine = told(bound.callFromLoop(ofA, 'a secret of A', sent.memory))
  await sent.wait()
  end()
  assert.ok((await inLine) instanceof ThreadExitedError)
  assert.match(await (await makingB)('hi'), /^hi answered by B/)
})

test('a function that another thread keeps fails with the thread that it lives on', async () => {
  await bound.keepOnPool(await bound.makeFunction('A'))
  assert.match(await bound.callKept('hi'), /^hi answered by A/)
  const end = await blocked(bound.block)
  const passedOn = callOfAnotherThread()
  const inLine = told(bound.callKept('a secret of A'))
  const makingB = bound.makeFunction('B')
  await passedOn
  end()
  assert.ok((await inLine) instanceof ThreadExitedError)
  await makingB
  assert.ok((await told(bound.callKept('later'))) instanceof ThreadExitedError)
})

describe('memory that was moved with a call', () => {
  for (const [name, where] of [
    ['shared', [bound.block, bound.size]],
    ['pool', [bound.blockOnPool, bound.sizeOnPool]],
  ]) {
    test(`is lost, and said to be, where the ${name} thread ends before the call has begun; a copy runs elsewhere`, async () => {
      const [block, size] = where
      const end = await blocked(block)
      const moved = new ArrayBuffer(1000)
      const copied = size(new ArrayBuffer(500))
      const call = told(size(transfer(moved)))
      const isSent = moved.byteLength === 0
      end()
      const outcome = await call
      if (isSent) {
        assert.ok(outcome instanceof ThreadExitedError, String(outcome))
        assert.match(
          outcome.message,
          /never ran, and what was moved to that thread \(transfer\) is lost/,
        )
      } else assert.equal(outcome, 1000)
      assert.equal(isSent, name === 'shared')
      assert.equal(await copied, 500)
    })
  }

  test('stays here while a pool has the call in line, and is never sent ahead', async () => {
    for (let round = 0; round < 20; round += 1) await bound.sizeOnPool(new ArrayBuffer(round))
    const end = await blocked(bound.blockOnPool)
    const buffers = Array.from({ length: 5 }, () => new ArrayBuffer(10))
    const calls = buffers.map((buffer) => bound.sizeOnPool(transfer(buffer)))
    assert.ok(buffers.every(({ byteLength }) => byteLength === 10))
    end()
    assert.deepEqual(await Promise.all(calls), [10, 10, 10, 10, 10])
  })
})

describe('a thread whose functions or generators others hold', () => {
  const poolThreads = () => stats().threads.filter(({ role }) => role === 'pool')
  const gone = async (id) => {
    while (poolThreads().some((thread) => thread.id === id))
      await new Promise((resolve) => setTimeout(resolve, 10))
  }

  /** Threads of another executor, with the same `idleTimeout`, are ended for being idle, one after the other. */
  const idleForLong = async () => {
    for (let times = 0; times < 3; times += 1) await gone(await bound.whereOnOther())
  }

  test('is not idle between two items of a generator', async () => {
    const items = bound.rowsOnOwn('A')
    const first = (await items.next()).value
    await idleForLong()
    assert.equal((await items.next()).value.split(' on ')[1], first.split(' on ')[1])
    await items.return()
    await gone(Number(first.split(' on ')[1]))
  })

  test('is not idle while a function is held, and is when it was disposed of', async () => {
    const fn = await bound.makeFunctionOnOwn('A')
    const id = Number((await fn('hi')).split(' on ')[1])
    await idleForLong()
    assert.equal(Number((await fn('hi')).split(' on ')[1]), id)
    fn[Symbol.dispose]()
    await gone(id)
  })

  test('is idle like any other where nothing is held', async () => {
    await gone(await bound.whereOnOwn())
  })
})

describe('a call of a function', () => {
  test('is answered where the function is collected while the call waits', async () => {
    let busy
    const begin = async () => {
      const fn = await bound.makeFunction('A')
      busy = await occupied(hold)
      return [fn('hello')]
    }
    const [answer] = await begin()
    for (let round = 0; round < 5; round += 1) {
      collect()
      await new Promise((resolve) => setImmediate(resolve))
    }
    busy.release()
    assert.match(await answer, /^hello answered by A/)
    await busy.done
  })

  test('is answered where the function is disposed of right after it, also with too many calls to be sent at once', async () => {
    const fn = await bound.makeFunction('A')
    const busy = await occupied(hold)
    // More than a thread is sent at once: the last ones wait at the root, and a release does not.
    const calls = Array.from({ length: 1100 }, (_, number) => fn(number))
    fn[Symbol.dispose]()
    busy.release()
    const answers = await Promise.all(calls)
    assert.match(answers.at(-1), /^1099 answered by A/)
    await assert.rejects(fn('later'), { code: 'SYNCBRIDGE_CLOSED' })
    await busy.done
  })

  test('is answered where the call that it was given to ends before this thread is free for it', async () => {
    const [entered, heardIt] = [new Latch(), new Latch()]
    const heard = []
    const outer = bound.tell((text) => heard.push(text), heardIt.memory)
    bound.blockMain(entered.memory, heardIt.memory)
    await outer
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(heard, ['told'])
    assert.equal(typeof (await bound.whereOnPool()), 'number')
  })

  test('is answered, thousands of times, where nothing is held longer than the call', async () => {
    let lost = 0
    for (let round = 0; round < 20; round += 1)
      await Promise.all(
        Array.from({ length: 50 }, async (_, number) => {
          const fn = await bound.makeFunction(number)
          await fn('x').catch(() => {
            lost += 1
          })
        }),
      )
    assert.equal(lost, 0)
  })
})
