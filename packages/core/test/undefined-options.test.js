/** An option that is given as undefined is as good as absent: it is not refused, and replaces neither a default nor what was configured. */
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, test } from 'node:test'
import {
  asyncToSync,
  CallTimeoutError,
  carryStorage,
  configure,
  Local,
  LocalContext,
  main,
  QueueFullError,
  SyncBridgeError,
  shutdown,
  stats,
  syncToAsync,
  ThreadPoolExecutor,
  ThreadSensitiveContext,
  transfer,
} from '@syncbridge/core'
import * as calls from './fixtures/basic.js'
import * as fixture from './fixtures/undefined-options.js'
import { Latch } from './support/latch.js'
import { occupied } from './support/occupied.js'
import { inContext, openContext } from './support/open-context.js'
import { runFiles } from './support/run-in-process.js'

/** Whatever takes options, and checks them itself. */
const takers = {
  'syncToAsync(fn)': (options) => syncToAsync(() => 1, options),
  'syncToAsync(url)': (options) => syncToAsync(new URL(import.meta.url), options),
  '@syncToAsync': (options = {}) => syncToAsync(options)(() => 1),
  'asyncToSync(fn)': (options) => asyncToSync(async () => 1, options),
  'asyncToSync(url)': (options) => asyncToSync(new URL(import.meta.url), options),
  'syncToAsync().with()': (options) => calls.add.with(options),
  'asyncToSync().with()': (options) => calls.greet.with(options),
  'configure()': (options) => configure(options),
  'configure({ pool })': (pool) => configure({ pool }),
  'configure({ leased })': (leased) => configure({ leased }),
  'configure({ grace })': (grace) => configure({ grace }),
  'new ThreadPoolExecutor()': (options) => new ThreadPoolExecutor(options),
  'new ThreadSensitiveContext()': (options) => new ThreadSensitiveContext(options),
  'new Local()': (options) => new Local(options),
  'main()': (options) => main(() => 1, options),
}
/** More that is allowed to be undefined, but is not listed by whoever takes it. */
const more = {
  'new ThreadPoolExecutor()': ['resourceLimits'],
}
/** At the top level of this module, where functions can be wrapped. */
const outcomes = Object.entries(takers).flatMap(([name, take]) =>
  [undefined, ...optionsOf(name, take).map((option) => ({ [option]: undefined }))].map(
    (options) => [name, options, outcomeOf(() => take(options))],
  ),
)
/** How often each of its options is read. */
const reads = Object.entries(takers).map(([name, take]) => {
  const counts = Object.fromEntries(optionsOf(name, take).map((option) => [option, 0]))
  const getters = Object.keys(counts).map((option) => [
    option,
    {
      enumerable: true,
      get() {
        counts[option] += 1
      },
    },
  ])
  return [
    name,
    counts,
    outcomeOf(() => take(Object.defineProperties({}, Object.fromEntries(getters)))),
  ]
})

/** As the error for an unknown one lists them: a new option can't be forgotten here. */
function optionsOf(name, take) {
  const { message } = outcomeOf(() => take({ noSuchOption: 1 })) ?? {}
  const [, known] = /known: ([^)]*)\)/.exec(message) ?? assert.fail(`${name}: ${message}`)
  return [...known.split(', '), ...(more[name] ?? [])]
}
function outcomeOf(fn) {
  try {
    fn()
    return undefined
  } catch (error) {
    return error
  }
}

describe('an option is read once, as what is checked must be what is used', () => {
  for (const [name, counts, error] of reads)
    test(`by ${name}`, () => {
      assert.equal(error, undefined)
      for (const [option, count] of Object.entries(counts)) assert.equal(count, 1, option)
    })
})

describe('an option that is undefined', () => {
  for (const [name, options, error] of outcomes) {
    const what = options ? `{ ${Object.keys(options)}: undefined }` : 'undefined'
    test(`is taken by ${name} as ${what}`, () => assert.equal(error, undefined))
  }

  test('is taken where nobody lists what is known', async () => {
    assert.doesNotThrow(() => transfer(new Uint8Array(1), undefined))
    assert.doesNotThrow(() => carryStorage('none', new AsyncLocalStorage(), undefined))
    const codec = { encode: (store) => store, decode: (data) => data, update: undefined }
    assert.doesNotThrow(() => carryStorage('no update', new AsyncLocalStorage(), codec))
  })

  test('leaves no trace on an error', () => {
    const options = { cause: undefined, function: undefined, thread: undefined }
    assert.deepEqual(
      Object.getOwnPropertyNames(new SyncBridgeError('message', options)).sort(),
      Object.getOwnPropertyNames(new SyncBridgeError('message')).sort(),
    )
  })

  test('leaves in force what was configured before', async () => {
    configure({ leased: { maxThreads: 1, maxQueue: 1 } })
    configure({ leased: undefined })
    configure({ leased: { maxThreads: undefined, maxQueue: undefined } })
    const holder = await openContext()
    const waiting = inContext(() => calls.where())
    await assert.rejects(
      inContext(() => calls.where()),
      (error) => error instanceof QueueFullError,
    )
    assert.equal(stats().queued, 1)
    await holder.end()
    await waiting
  })

  test('leaves in force what all new threads are started with', async (t) => {
    const { stdout, stderr } = await runFiles(t, {
      'main.mjs': `
import { configure } from '@syncbridge/core'
import { look } from './functions.mjs'
configure({ env: { GIVEN: 'given', NONE: undefined }, setup: [new URL('./setup.mjs', import.meta.url)], execArgv: ['--no-warnings'] })
configure({ env: undefined, setup: undefined, execArgv: undefined, resourceLimits: undefined, startTimeout: undefined, spin: undefined })
console.log(JSON.stringify(await look()))`,
      'functions.mjs': `
import { syncToAsync } from '@syncbridge/core'
export const look = syncToAsync(() => [process.env.GIVEN, 'NONE' in process.env, globalThis.isSetUp, process.execArgv.join()])`,
      'setup.mjs': 'globalThis.isSetUp = true',
    })
    assert.deepEqual(
      { stdout, stderr },
      { stdout: '["given",false,true,"--no-warnings"]\n', stderr: '' },
    )
  })

  test('leaves the defaults of a pool of one’s own in force, and those that were given', async () => {
    const [one, waiting] = [await occupied(fixture.holdAlone), fixture.holdAlone]
    const [entered, release] = [new Latch(), new Latch()]
    release.open()
    const second = waiting(entered.memory, release.memory)
    await assert.rejects(
      waiting(entered.memory, release.memory),
      (error) => error instanceof QueueFullError,
    )
    one.release()
    await Promise.all([one.done, second])
  })

  test('of one call leaves in force what the function was wrapped with', async () => {
    const { entered, release, done } = hold()
    await assert.rejects(done, (error) => error instanceof CallTimeoutError)
    assert.ok(entered)
    release.open()
    assert.deepEqual(await fixture.readValues.with({ context: undefined })(), { id: 'kept' })
    const own = LocalContext.copy()
    assert.deepEqual(await fixture.readValues.with({ context: own })(), {})
  })

  test('of shutdown() leaves its default in force', async () => {
    await shutdown({ timeout: undefined })
    assert.equal(stats().threads.length, 0)
    configure(undefined)
  })
})

function hold() {
  const [entered, release] = [new Latch(), new Latch()]
  const options = { timeout: undefined, signal: undefined, onAbort: undefined, transfer: undefined }
  return {
    entered,
    release,
    done: fixture.holdBriefly.with(options)(entered.memory, release.memory),
  }
}
