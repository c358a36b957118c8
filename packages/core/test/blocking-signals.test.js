/** The `signal` of a blocking call. The thread is blocked, and so only what runs on it meanwhile can abort it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const lines = async (t, files) => {
  const { stdout, late } = await runFiles(t, files)
  assert.equal(late, false, 'the program was ended at its deadline')
  return stdout.trimEnd().split('\n')
}

/** Code that tells what it hears, and never answers. */
const WORK = `
import { asyncToSync, callSignal, syncToAsync } from '@syncbridge/core'
let tell
export const told = new Promise((resolve) => { tell = resolve })
export const untilAborted = asyncToSync(async (stop) => {
  const signal = callSignal()
  signal.addEventListener('abort', () => tell(signal.reason.message))
  await stop()
  await new Promise(() => {})
})
export const outcomeOf = (call) => { try { return call() } catch (error) { return error } }`

describe('the signal of a blocking call releases it', () => {
  test('where code that runs on its frame aborts it, and the async code is told', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { outer, told } from './work.js'
console.log(await outer())
console.log('told of', await told)
process.exit()`,
      'work.js': `${WORK}
export const outer = syncToAsync(() => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const call = () => untilAborted.with({ signal: controller.signal })(() => controller.abort(reason))
  return outcomeOf(call) === reason ? 'the very reason' : 'something else'
})`,
    })
    assert.deepEqual(told, ['the very reason', 'told of enough'])
  })

  test('also on the main thread', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { outcomeOf, untilAborted } from './work.js'
const controller = new AbortController()
const { message } = outcomeOf(() => untilAborted.with({ signal: controller.signal })(() => controller.abort(new Error('enough'))))
console.log(message)
process.exit()`,
      'work.js': WORK,
    })
    assert.deepEqual(told, ['enough'])
  })

  test('where it is that of the call around, whose outcome is what the code makes of that', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { outer } from './work.js'
const slots = new Int32Array(new SharedArrayBuffer(4))
const controller = new AbortController()
const call = outer.with({ signal: controller.signal })(slots)
await Atomics.waitAsync(slots, 0, 0).value
controller.abort(new Error('enough'))
console.log(await call)
process.exit()`,
      'work.js': `${WORK}
const never = asyncToSync(async (slots) => { Atomics.store(slots, 0, 1); Atomics.notify(slots, 0); await new Promise(() => {}) })
export const outer = syncToAsync((slots) => {
  const { message } = outcomeOf(() => never.with({ signal: callSignal() })(slots))
  return 'cleaned up after ' + message
})`,
    })
    assert.deepEqual(told, ['cleaned up after enough'])
  })

  test('where reading its values aborts it, as of an awaited one', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { blocking, never, outcomeOf, outer } from './work.js'
const controller = new AbortController()
const options = { signal: controller.signal, timeout: 10_000 }
console.log(await never.with(options)({ get value() { controller.abort(new Error('awaited')); return 1 } }).catch((error) => error.message))
console.log(await outer())
process.exit()`,
      'work.js': `${WORK}
export const never = syncToAsync(({ value }) => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20_000) }, { threadSensitive: false })
export const blocking = asyncToSync(async ({ value }) => { await new Promise(() => {}) })
export const outer = syncToAsync(() => {
  const controller = new AbortController()
  const options = { signal: controller.signal, timeout: 10_000 }
  return outcomeOf(() => blocking.with(options)({ get value() { controller.abort(new Error('blocking')); return 1 } })).message
})`,
    })
    assert.deepEqual(told, ['awaited', 'blocking'])
  })

  test('and a generator between two of its items, which is closed then', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { outer } from './work.js'
console.log(await outer())
process.exit()`,
      'work.js': `${WORK}
let closed
const isClosed = new Promise((resolve) => { closed = resolve })
const items = asyncToSync(async function* () { try { yield 1; yield 2 } finally { closed('closed') } })
const whenClosed = asyncToSync(() => isClosed)
export const outer = syncToAsync(() => {
  const controller = new AbortController()
  const iterator = items.with({ signal: controller.signal })()
  iterator.next()
  controller.abort(new Error('enough'))
  // Nobody asks for another item.
  const told = whenClosed()
  return told + ', ' + outcomeOf(() => iterator.next()).message
})`,
    })
    assert.deepEqual(told, ['closed, enough'])
  })
})

describe('a signal that nobody can listen to', () => {
  test('fails its call, by an executor of the user’s as well, which is not asked then', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { byOther, ours } from './work.js'
const signal = new AbortController().signal
Object.defineProperty(signal, 'addEventListener', { value() { throw new Error('no listeners here') } })
// The second time, too: the first must not leave it among those that are heard.
for (const call of [ours, byOther]) for (let times = 0; times < 2; times += 1)
  console.log(await call.with({ signal, timeout: 10_000 })(() => 1).catch((error) => error.message))
process.exit()`,
      'work.js': `
import { syncToAsync } from '@syncbridge/core'
export const ours = syncToAsync((fn) => 'ran', { threadSensitive: false })
const submit = () => { console.log('submitted'); return new Promise(() => {}) }
export const byOther = syncToAsync((fn) => 'ran', { threadSensitive: false, executor: { submit } })`,
    })
    assert.deepEqual(told, Array(4).fill('no listeners here'))
  })
})

describe('an abort while a call is made', () => {
  test('by listening to its signal gives it up, and an executor of the user’s is not asked', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { byOther, ours } from './work.js'
for (const call of [ours, byOther]) {
  const controller = new AbortController()
  const { signal } = controller
  const listen = signal.addEventListener.bind(signal)
  Object.defineProperty(signal, 'addEventListener', { value(...args) { listen(...args); controller.abort(new Error('enough')) } })
  console.log(await call.with({ signal, timeout: 10_000 })().catch((error) => error.message))
}
process.exit()`,
      'work.js': `
import { syncToAsync } from '@syncbridge/core'
export const ours = syncToAsync(() => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20_000) })
const submit = () => { console.log('submitted'); return new Promise(() => {}) }
export const byOther = syncToAsync(() => 'ran', { threadSensitive: false, executor: { submit } })`,
    })
    assert.deepEqual(told, ['enough', 'enough'])
  })

  test('by reading its values ends it where it aborts its context, and the next call works', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { ThreadSensitiveContext } from '@syncbridge/core'
import { answer, held } from './work.js'
const controller = new AbortController()
const value = { get value() { controller.abort(new Error('enough')); return 1 } }
const slots = new Int32Array(new SharedArrayBuffer(4))
await new ThreadSensitiveContext({ signal: controller.signal }).run(async () => {
  console.log(await held.with({ timeout: 10_000 })(slots, value).catch((error) => error.message))
  Atomics.store(slots, 0, 1)
  Atomics.notify(slots, 0)
  console.log(await answer().catch((error) => error.message))
})
process.exit()`,
      'work.js': `
import { syncToAsync } from '@syncbridge/core'
export const held = syncToAsync((slots) => { Atomics.wait(slots, 0, 0, 20_000) })
export const answer = syncToAsync(() => 'cleaned up')`,
    })
    assert.deepEqual(told, ['enough', 'cleaned up'])
  })
})

test('an executor of the user’s that aborts its call and throws fails this call alone', async (t) => {
  const told = await lines(t, {
    'main.js': `
import { hook, work } from './work.js'
const controller = new AbortController()
hook.abort = () => controller.abort(new Error('aborted'))
console.log(await work.with({ signal: controller.signal })().catch((error) => error.message))
await new Promise(setImmediate)
console.log('goes on')`,
    'work.js': `
import { syncToAsync } from '@syncbridge/core'
export const hook = {}
const submit = () => { hook.abort(); throw new Error('refused') }
export const work = syncToAsync(() => 'ran', { threadSensitive: false, executor: { submit } })`,
  })
  assert.deepEqual(told, ['refused', 'goes on'])
})
