import assert from 'node:assert/strict'
import { channel, tracingChannel } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { afterEach, describe, test } from 'node:test'
import { configure, shutdown, stats } from '@syncbridge/core'
import {
  add,
  addOnPool,
  convert,
  count,
  leave,
  meetUncloneable,
  RateError,
} from './fixtures/traced.js'
import { runFiles } from './support/run-in-process.js'

const calls = tracingChannel('syncbridge:call')
const threads = channel('syncbridge:thread')
const phases = ['start', 'end', 'asyncStart', 'asyncEnd', 'error']

/** Everything the channel says until the test ends: the phase and the event, which goes on changing. */
function listen(t) {
  const told = []
  const subscribers = Object.fromEntries(
    phases.map((phase) => [phase, (event) => told.push({ phase, event })]),
  )
  calls.subscribe(subscribers)
  t.after(() => calls.unsubscribe(subscribers))
  return {
    told,
    of: (name) => told.find(({ event }) => event.function === name)?.event,
    phasesOf: (name) =>
      told.filter(({ event }) => event.function === name).map(({ phase }) => phase),
  }
}

describe('the tracing channel syncbridge:call', () => {
  test('tells of an awaited call from start to asyncEnd, by one event that learns what became of it', async (t) => {
    const { told, phasesOf } = listen(t)
    assert.equal(await add(1, 2), 3)
    assert.deepEqual(phasesOf('add'), ['start', 'end', 'asyncStart', 'asyncEnd'])
    const [{ event }] = told
    assert.ok(told.every((each) => each.event === event))
    const { id, parent, mode, from, thread, ran, startedAt, endedAt, result } = event
    assert.deepEqual(
      { parent, mode, from, result },
      { parent: undefined, mode: 'sync', from: '0', result: 3 },
    )
    assert.match(id, /^0#\d+$/)
    assert.match(thread, /^0\/\d+$/)
    assert.match(event.module, /traced\.js$/)
    assert.ok(ran >= 0 && endedAt - startedAt >= ran, `${ran} of ${endedAt - startedAt}`)
    assert.ok(Math.abs(startedAt - Date.now()) < 60_000)
  })

  test('knows nothing of the end while the call runs', async (t) => {
    const { told } = listen(t)
    const pending = addOnPool(1, 2)
    const { thread, endedAt, ran } = told[0].event
    assert.deepEqual(
      { thread, endedAt, ran },
      { thread: undefined, endedAt: undefined, ran: undefined },
    )
    await pending
    assert.ok(told[0].event.endedAt > 0)
  })

  test('follows a call through the loop that it waits for and on to the next thread, to listeners of the root', async (t) => {
    const { of, phasesOf } = listen(t)
    assert.equal(await convert(5, 'EUR'), 5)
    const [outer, middle, inner] = [of('convert'), of('rate'), of('addOnPool')]
    assert.deepEqual([middle.parent, inner.parent], [outer.id, middle.id])
    assert.deepEqual([outer.from, middle.from, inner.from], ['0', outer.thread, '0'])
    assert.deepEqual([middle.thread, middle.mode], ['0', 'async'])
    assert.notEqual(inner.thread, outer.thread)
    assert.deepEqual(phasesOf('rate'), ['start', 'end'])
    assert.ok(outer.startedAt <= middle.startedAt && middle.startedAt <= inner.startedAt)
    assert.ok(inner.endedAt <= middle.endedAt && middle.endedAt <= outer.endedAt)
  })

  test('tells of errors, those of other threads as instances of their class', async (t) => {
    const { of, phasesOf } = listen(t)
    await assert.rejects(convert(5, 'XXX'), RateError)
    assert.deepEqual(phasesOf('rate'), ['start', 'error', 'end'])
    assert.deepEqual(phasesOf('convert'), ['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
    for (const name of ['rate', 'convert']) assert.ok(of(name).error instanceof RateError, name)
    assert.equal(of('convert').result, undefined)
  })

  test('never changes what a call comes to, also where an error can not be told', async (t) => {
    const { of } = listen(t)
    assert.equal(await meetUncloneable(), 'odd')
    assert.ok(of('uncloneable').error instanceof Error)
  })

  test('tells of a call that never ran, with no thread', async (t) => {
    const { of } = listen(t)
    await assert.rejects(addOnPool.with({ signal: AbortSignal.abort() })(1, 2), {
      name: 'AbortError',
    })
    assert.deepEqual([of('addOnPool').thread, of('addOnPool').ran], [undefined, undefined])
    await assert.rejects(addOnPool(new WeakMap(), 2), { code: 'SYNCBRIDGE_TRANSFER' })
  })

  test('tells of each item of a generator as a call of its own', async (t) => {
    const { told } = listen(t)
    const items = []
    for await (const item of count(3)) items.push(item)
    assert.deepEqual(items, [1, 2, 3])
    assert.ok(told.filter(({ phase }) => phase === 'asyncEnd').length >= 3)
  })

  test('is silent once nobody listens, and every call that had begun is told to its end', async (t) => {
    const { told } = listen(t)
    await convert(1, 'EUR')
    const ended = told.filter(({ event }) => event.endedAt !== undefined).length
    assert.equal(ended, told.length)
  })
})

describe('the channel syncbridge:thread', () => {
  afterEach(async () => {
    await shutdown()
    configure()
  })

  const listenToThreads = (t) => {
    const told = []
    const hear = (event) => told.push(event)
    threads.subscribe(hear)
    t.after(() => threads.unsubscribe(hear))
    return told
  }

  test('tells that a thread starts, is ready and ends, under the names that calls and stats() have for it', async (t) => {
    await shutdown()
    configure()
    const told = listenToThreads(t)
    const { of } = listen(t)
    await addOnPool(1, 2)
    const { thread } = of('addOnPool')
    const { id } = stats().threads.find(({ role }) => role === 'pool')
    await shutdown()
    const states = told.filter((event) => event.thread === thread)
    assert.deepEqual(
      states.map(({ state, role, id }) => ({ state, role, id })),
      ['started', 'ready', 'ended'].map((state) => ({ state, role: 'pool', id })),
    )
    assert.ok(states[0].at <= states[1].at && states[1].at <= states[2].at)
  })

  test('tells the exit code of a thread that ended by itself', async (t) => {
    const told = listenToThreads(t)
    await assert.rejects(leave(7), { code: 'SYNCBRIDGE_THREAD_EXITED' })
    const { exitCode } = told.find(({ state }) => state === 'ended')
    assert.equal(exitCode, 7)
  })
})

describe('docs/diagnostics.md', () => {
  const page = readFileSync(new URL('../../../docs/diagnostics.md', import.meta.url), 'utf8')

  test('has examples that print what they say', async (t) => {
    const [, hash, main, printed] =
      /```js\n\/\/ hash\.js\n(.*?)```.*?```js\n\/\/ main\.js\n(.*?)```.*?```text\n(.*?)```/s.exec(
        page,
      )
    const { stdout, stderr, code } = await runFiles(t, {
      'main.mjs': main.replace('./hash.js', './hash.mjs'),
      'hash.mjs': hash,
    })
    assert.deepEqual({ stderr, code }, { stderr: '', code: 0 })
    const shape = (text) => text.replaceAll(/\d+\.\d+/g, 'N').trim()
    assert.equal(shape(stdout), shape(printed))
  })

  test('names every property of the events', () => {
    for (const room of ['call', 'thread']) {
      const file = new URL(`../src/diagnostics/${room}-channel.ts`, import.meta.url)
      const names = readFileSync(file, 'utf8').matchAll(/^ {2}(?:readonly )?(\w+)\??: /gm)
      for (const [, name] of names) assert.ok(page.includes(`\`${name}\``), `${room}: ${name}`)
    }
  })
})
