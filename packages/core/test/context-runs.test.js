/** What belongs to a run of a `ThreadSensitiveContext`, and not to the object that is run. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CallTimeoutError, ThreadSensitiveContext } from '@syncbridge/core'
import { hold, where } from './fixtures/basic.js'
import { mostFor, timeOfPlainThread } from './support/floor.js'
import { Latch } from './support/latch.js'

const timedOut = (error) => error instanceof CallTimeoutError
const turn = () => new Promise(setImmediate)
const until = async (isSo) => {
  while (!isSo()) await turn()
}

/** Holds the context's thread until the call is given up. */
const stayTooLong = async () => {
  const [entered, release] = [new Latch(), new Latch()]
  try {
    await hold(entered.memory, release.memory)
  } finally {
    release.open()
  }
}

describe('a context object that is run again', () => {
  test('serves after a run that was timed out', async () => {
    // Enough for a call in the later runs, on a thread that may have to start.
    const timeout = mostFor(300, await timeOfPlainThread())
    const context = new ThreadSensitiveContext({ timeout })
    await context.run(() => assert.rejects(stayTooLong(), timedOut))
    const first = context.signal
    assert.ok(timedOut(first.reason))
    for (let run = 0; run < 3; run += 1) {
      await context.run(async ({ signal }) => {
        await where()
        assert.equal(signal.aborted, false)
        assert.notEqual(signal, first)
      })
    }
  })

  test('tells the first call of each run that the signal given by a function has aborted', async () => {
    const aborter = new AbortController()
    const context = new ThreadSensitiveContext({ signal: () => aborter.signal })
    await context.run(() => where())
    aborter.abort(new Error('gone'))
    for (let run = 0; run < 2; run += 1) {
      await context.run(async () => {
        await assert.rejects(where(), /gone/)
        await where()
      })
    }
  })

  test('has a signal for each of two runs at once, and only the one that took too long is aborted', async () => {
    const context = new ThreadSensitiveContext({ timeout: 1000 })
    const begun = new Latch()
    const late = context.run(async ({ signal }) => {
      begun.open()
      await assert.rejects(stayTooLong(), timedOut)
      return signal
    })
    await begun.wait()
    const began = performance.now()
    // The other run has 600 ms then, after the end of this one.
    await until(() => performance.now() - began > 600)
    const [lateSignal, timely] = await Promise.all([
      late,
      context.run(async ({ signal }) => {
        await late
        await where()
        return { signal, isAborted: signal.aborted }
      }),
    ])
    assert.equal(timely.isAborted, false)
    assert.notEqual(timely.signal, lateSignal)
  })

  test('shows outside the signal of the run that began last, and before the first that of the first', async () => {
    const context = new ThreadSensitiveContext({ timeout: 10_000 })
    const before = context.signal
    const release = new Latch()
    let inside
    const ended = context.run(async ({ signal }) => {
      inside = signal
      await release.wait()
    })
    assert.equal(inside, before)
    assert.equal(context.signal, before)
    release.open()
    await ended
    assert.equal(context.signal, before)
    await context.run(({ signal }) => assert.notEqual(signal, before))
    assert.notEqual(context.signal, before)
  })

  test('is seen by code that a run has left behind as that run left it', async () => {
    const aborter = new AbortController()
    const context = new ThreadSensitiveContext({ signal: () => aborter.signal })
    const release = new Latch()
    let leftover
    await context.run(async ({ signal }) => {
      leftover = release.wait().then(() => context.signal === signal && !signal.aborted)
    })
    await context.run(async ({ signal }) => {
      void signal
      aborter.abort()
      assert.ok(signal.aborted)
    })
    release.open()
    assert.equal(await leftover, true)
  })

  test('run inside itself is the run around it', async () => {
    const context = new ThreadSensitiveContext({ timeout: 10_000 })
    await context.run(async ({ signal }) => {
      const thread = await where()
      await context.run(async (inner) => {
        assert.equal(inner.signal, signal)
        assert.equal(await where(), thread)
      })
      assert.equal(context.signal, signal)
    })
  })
})

describe('the signal of a context', () => {
  for (const [name, signal] of Object.entries({
    'a number': 5,
    'a string': 'abort',
    'an object': {},
    null: null,
    'a controller': new AbortController(),
  }))
    test(`is refused where it is ${name}`, () => {
      assert.throws(
        () => new ThreadSensitiveContext({ signal }),
        /TypeError: ThreadSensitiveContext: signal/,
      )
    })

  for (const [name, signal, message] of [
    ['throws', () => assert.fail('of the function'), /of the function/],
    ['gives a number', () => 5, /TypeError.*signal must be an AbortSignal, got number 5/],
  ])
    test(`that a function gives which ${name} fails what asks for it, once, and the timeout holds`, async () => {
      const context = new ThreadSensitiveContext({ signal, timeout: 200 })
      await context.run(async () => {
        await assert.rejects(where(), message)
        await assert.rejects(stayTooLong(), timedOut)
        assert.ok(timedOut(context.signal.reason))
      })
      await context.run(() => assert.throws(() => context.signal, message))
    })

  test('that a function gives after its timeout has passed is asked for first', async () => {
    const context = new ThreadSensitiveContext({
      signal: () => assert.fail('of the function'),
      timeout: 1,
    })
    const began = performance.now()
    await context.run(async () => {
      await until(() => performance.now() - began > 1)
      await assert.rejects(where(), /of the function/)
      await assert.rejects(where(), timedOut)
      await where()
    })
  })
})
