/** Calls whose end nobody was looking at: aborts that cross with answers, lines of calls that can't be sent, openers and callers that have ended. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const lines = async (t, files) => (await runFiles(t, files)).stdout.trimEnd().split('\n')
/** As long as the code that began it is blocked, calls that follow would run on top of that code. */
const WHEN_IT_HAS_RETURNED = `
  const whenItHasReturned = (slots, fn) => {
    const timer = setInterval(() => { if (Atomics.load(slots, 1) === 1) { clearInterval(timer); fn() } }, 1)
  }`
const PAUSE = `const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)`
describe('an abort that crosses with the answer on which its call was blocked', () => {
  const files = (make) => ({
    'main.js': `
import { configure, ThreadSensitiveContext } from '@syncbridge/core'
import { hook, stuck, threadOf } from './work.js'
configure({ grace: { abort: 300, timeout: 300 } })
const thread = await threadOf()
for (let times = 0; times < 8; times += 1) {
  const controller = new AbortController()
  hook.abort = () => controller.abort(new Error('given up'))
  const { signal } = controller
  console.log((await (${make})(signal).catch((error) => error.message)))
}
console.log(await threadOf() === thread ? 'same thread' : 'another thread')
process.exit()`,
    // The answer is on its way when the abort is sent.
    'work.js': `
import { threadId } from 'node:worker_threads'
import { asyncToSync, syncToAsync } from '@syncbridge/core'
export const hook = {}
const answer = asyncToSync(async () => { await null; process.nextTick(() => hook.abort?.()) })
const TOO_LONG = 60_000
export const stuck = syncToAsync(() => { answer(); ${PAUSE}; pause(TOO_LONG) })
export const threadOf = syncToAsync(() => threadId)`,
  })
  test('releases its caller, and ends code that is stuck after its grace', async (t) => {
    const told = await lines(t, files('(signal) => stuck.with({ signal, timeout: 20_000 })()'))
    assert.deepEqual(told, [...Array(8).fill('given up'), 'another thread'])
  })
  test('also where its context is aborted', async (t) => {
    const told = await lines(
      t,
      files(
        '(signal) => new ThreadSensitiveContext({ signal }).run(() => stuck.with({ timeout: 20_000 })())',
      ),
    )
    assert.deepEqual(told.slice(0, 8), Array(8).fill('given up'))
  })
})

test('thousands of calls that can’t be sent, behind a full thread, each fail alone', async (t) => {
  const told = await lines(t, {
    'main.js': `
import { echo } from './echo.js'
const good = Array.from({ length: 1100 }, (_, index) => echo(index))
const bad = Array.from({ length: 5000 }, () => echo({ a: new WeakMap() }))
const ends = await Promise.allSettled([...good, ...bad, echo('after')])
const count = {}
for (const { status, reason } of ends) count[reason?.code ?? status] = (count[reason?.code ?? status] ?? 0) + 1
console.log(JSON.stringify(count), ends.at(-1).value)
process.exit()`,
    'echo.js': `
import { syncToAsync } from '@syncbridge/core'
export const echo = syncToAsync((value) => value)`,
  })
  assert.deepEqual(told, ['{"fulfilled":1101,"SYNCBRIDGE_TRANSFER":5000} after'])
})

test('a context whose opener has ended gives its thread back, cleaned', async (t) => {
  const told = await lines(t, {
    'main.js': `
import { configure, ThreadSensitiveContext } from '@syncbridge/core'
import { begin, die, serve } from './work.js'
configure({ leased: { maxThreads: 1 } })
const slots = new Int32Array(new SharedArrayBuffer(8))
// The wait alone holds no process.
setInterval(() => undefined, 60_000)
begin(slots.buffer)
Atomics.store(slots, 1, 1)
await Atomics.waitAsync(slots, 0, 0).value
try { die() } catch (error) { console.log(error.code) }
console.log(await new ThreadSensitiveContext().run(() => serve()))
process.exit()`,
    'work.js': `
import { asyncToSync, onContextExit, syncToAsync, ThreadSensitiveContext } from '@syncbridge/core'
export const serve = syncToAsync(() => 'served')
const take = syncToAsync(() => { onContextExit(() => console.log('rolled back')) })
// Work that outlives the blocking call which began it, in a context of its own.
export const begin = asyncToSync(async (memory) => {
  ${WHEN_IT_HAS_RETURNED}
  const slots = new Int32Array(memory)
  whenItHasReturned(slots, () => void new ThreadSensitiveContext().run(async () => {
    await take()
    Atomics.store(slots, 0, 1)
    Atomics.notify(slots, 0)
    await new Promise(() => {})
  }))
})
export const die = asyncToSync(async () => process.exit(3))`,
  })
  assert.deepEqual(told.toSorted(), ['SYNCBRIDGE_THREAD_EXITED', 'rolled back', 'served'])
})

describe('the end of a context', () => {
  const CALL = `
import { onContextExit, syncToAsync } from '@syncbridge/core'
export const slow = syncToAsync((ms) => { onContextExit(() => console.log('rolled back')); ${PAUSE}; pause(ms) })`
  test('holds the process, and waits for no call that was given up meanwhile', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { ThreadSensitiveContext } from '@syncbridge/core'
import { slow } from './slow.js'
let settled
await new ThreadSensitiveContext().run(async () => {
  await new Promise((resolve) => {
    settled = slow.with({ timeout: 200 })(60_000).catch((error) => console.log(error.code))
    setImmediate(resolve)
  })
})
console.log('over')
await settled`,
      'slow.js': CALL,
    })
    assert.deepEqual(told.toSorted(), ['SYNCBRIDGE_CALL_TIMEOUT', 'over'])
  })
})

describe('a call of a loop thread that the root passes on', () => {
  test('runs elsewhere where its context has ended while it waited for a thread', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { configure } from '@syncbridge/core'
import { begin } from './work.js'
configure({ leased: { maxThreads: 1 } })
const slots = new Int32Array(new SharedArrayBuffer(8))
// The wait alone holds no process.
setInterval(() => undefined, 60_000)
begin(slots.buffer)
Atomics.store(slots, 1, 1)
await Atomics.waitAsync(slots, 0, 0).value
process.exit()`,
      'work.js': `
import { asyncToSync, syncToAsync, ThreadSensitiveContext } from '@syncbridge/core'
const open = (slots, at) => { Atomics.store(slots, at, 1); Atomics.notify(slots, at) }
const hold = syncToAsync((memory) => { const slots = new Int32Array(memory); open(slots, 0); Atomics.wait(slots, 1, 0, 20_000) })
const quick = syncToAsync(() => 'ran')
async function outlive() {
  const slots = new Int32Array(new SharedArrayBuffer(8))
  const other = new ThreadSensitiveContext().run(() => hold(slots.buffer))
  await Atomics.waitAsync(slots, 0, 0).value
  let left
  await new ThreadSensitiveContext().run(async () => {
    left = quick().catch((error) => error.code)
    await new Promise(setImmediate)
  })
  console.log(await left)
  open(slots, 1)
  await other
}
// Work that outlives the blocking call which began it.
export const begin = asyncToSync(async (memory) => {
  ${WHEN_IT_HAS_RETURNED}
  const slots = new Int32Array(memory)
  whenItHasReturned(slots, async () => { await outlive(); open(slots, 0) })
})`,
    })
    assert.deepEqual(told, ['ran'])
  })

  test('fails with the very reason of its abort where it waits in line', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { configure } from '@syncbridge/core'
import { waitInLine } from './work.js'
configure({ pool: { maxThreads: 1 } })
console.log(waitInLine())
process.exit()`,
      'work.js': `
import { asyncToSync, registerCodec, syncToAsync } from '@syncbridge/core'
class Why {}
// It can't be sent anywhere.
registerCodec(Why, { encode: () => 1, decode: () => Promise.resolve() })
const hold = syncToAsync((memory) => { const slots = new Int32Array(memory); Atomics.store(slots, 0, 1); Atomics.notify(slots, 0); Atomics.wait(slots, 1, 0, 20_000) }, { threadSensitive: false })
const quick = syncToAsync(() => 'ran', { threadSensitive: false })
export const waitInLine = asyncToSync(async () => {
  const slots = new Int32Array(new SharedArrayBuffer(8))
  const held = hold(slots.buffer)
  await Atomics.waitAsync(slots, 0, 0).value
  const told = []
  for (const reason of [new Error('mine'), new Why()]) {
    const controller = new AbortController()
    const call = quick.with({ signal: controller.signal })().then(() => 'ran', (error) => error === reason)
    await new Promise(setImmediate)
    controller.abort(reason)
    told.push(await call)
  }
  Atomics.store(slots, 1, 1)
  Atomics.notify(slots, 1)
  await held
  return told.join()
})`,
    })
    assert.deepEqual(told, ['true,true'])
  })
})

test('a context’s timeout releases a call that an executor of the user’s never answers, and the next call works', async (t) => {
  const told = await lines(t, {
    'main.js': `
import { ThreadSensitiveContext } from '@syncbridge/core'
import { never, ours } from './work.js'
await new ThreadSensitiveContext({ timeout: 100 }).run(async () => {
  await never().catch((error) => console.log(error.code))
  console.log(await ours())
})
process.exit()`,
    'work.js': `
import { syncToAsync } from '@syncbridge/core'
export const never = syncToAsync(() => 1, { threadSensitive: false, executor: { submit: () => new Promise(() => {}) } })
export const ours = syncToAsync(() => 'cleaned up')`,
  })
  assert.deepEqual(told, ['SYNCBRIDGE_CALL_TIMEOUT', 'cleaned up'])
})

test('async code is answered where the program has put a class of its own in the place of Promise', async (t) => {
  const told = await lines(t, {
    'main.js': `
import { outer } from './work.js'
await outer()
const Native = globalThis.Promise
globalThis.Promise = class Other {
  constructor(begin) { this.inner = new Native(begin) }
  then(...listeners) { return Other.resolve(this.inner.then(...listeners)) }
  static resolve(value) { return new Other((resolve) => resolve(value)) }
}
console.log(await outer())
process.exit()`,
    'work.js': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const inner = asyncToSync(async () => 42)
export const outer = syncToAsync(() => inner())`,
  })
  assert.deepEqual(told, ['42'])
})

describe('what is given', () => {
  test('to a thread that has ended meanwhile is not held, and an iterator is closed', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { subscribe } from 'node:diagnostics_channel'
import { begun, ended, take } from './work.js'
subscribe('syncbridge:thread', ({ state, role }) => { if (role === 'pool' && state === 'ended') ended.resolve() })
const controller = new AbortController()
const call = take.with({ signal: controller.signal })().catch((error) => console.log(error.name))
await begun.promise
controller.abort()
await call
await ended.promise
await ended.closed
process.exit()`,
      'work.js': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const latch = () => {
  let resolve
  return { promise: new Promise((done) => { resolve = done }), resolve: () => resolve() }
}
export const begun = latch()
export const ended = latch()
const closed = latch()
ended.closed = closed.promise
// It answers when the thread that waits for it is gone.
const rows = asyncToSync(async () => {
  begun.resolve()
  await ended.promise
  await new Promise(setImmediate)
  const items = (function* () { try { yield 1; yield 2 } finally { console.log('closed'); closed.resolve() } })()
  // Only what has begun has something to close.
  items.next()
  return items
})
export const take = syncToAsync(() => rows(), { threadSensitive: false, onAbort: 'terminate' })`,
    })
    assert.deepEqual(told, ['AbortError', 'closed'])
  })

  test('to a call that was given up, and to somebody else, stays with him', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { subscribe } from 'node:diagnostics_channel'
import { configure } from '@syncbridge/core'
import { getShared, impatient } from './work.js'
configure({ pool: { maxThreads: 1 } })
const loopsEnd = new Promise((resolve) => subscribe('syncbridge:thread', ({ state, role }) => { if (role === 'loop' && state === 'ended') resolve() }))
const slots = new Int32Array(new SharedArrayBuffer(4))
const fn = await getShared()
console.log(impatient(slots.buffer))
await loopsEnd
// After the late answer, which gave the function once more.
await getShared()
console.log(await fn())
process.exit()`,
      'work.js': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const shared = () => 'still there'
export const getShared = syncToAsync((memory) => {
  if (memory) Atomics.wait(new Int32Array(memory), 0, 0, 20_000)
  return shared
}, { threadSensitive: false })
// On a loop thread of its own, which ends after it.
export const impatient = asyncToSync(async (memory) => {
  const code = await getShared.with({ timeout: 50 })(memory).catch((error) => error.code)
  const slots = new Int32Array(memory)
  Atomics.store(slots, 0, 1)
  Atomics.notify(slots, 0)
  await getShared()
  return code
}, { forceNewLoop: true })`,
    })
    assert.deepEqual(told, ['SYNCBRIDGE_CALL_TIMEOUT', 'still there'])
  })
})

describe('a call of a thread that has ended, in line for a blocked frame, never begins', () => {
  const WORK = `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const [OVER, ONE, TWO, LEFT] = [0, 1, 2, 3]
const open = (slots, at) => { Atomics.store(slots, at, 1); Atomics.notify(slots, at) }
const one = syncToAsync((slots) => { open(slots, ONE); Atomics.wait(slots, OVER, 0, 20_000) })
const two = syncToAsync((slots) => open(slots, TWO))
async function endWithBothInLine(slots, toldByExit) {
  one(slots).catch(() => undefined)
  two(slots).catch(() => undefined)
  await Atomics.waitAsync(slots, ONE, 0).value
  // After the library's own listener, which marks the end.
  if (toldByExit) process.on('exit', () => open(slots, OVER))
  process.exit(3)
}`
  test('of the main thread', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { end } from './work.js'
const slots = new Int32Array(new SharedArrayBuffer(16))
try { end(slots) } catch (error) { console.log(error.code) }
console.log([...slots].join())
process.exit()`,
      'work.js': `${WORK}
export const end = asyncToSync((slots) => endWithBothInLine(slots, true))`,
    })
    assert.deepEqual(told, ['SYNCBRIDGE_THREAD_EXITED', '1,1,0,0'])
  })

  test('of a thread that is told of the end by others', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { begin } from './work.js'
const slots = new Int32Array(new SharedArrayBuffer(16))
try { begin(slots) } catch (error) { console.log(error.code) }
Atomics.store(slots, 0, 1)
Atomics.notify(slots, 0)
Atomics.wait(slots, 3, 0, 20_000)
console.log([...slots].join())
process.exit()`,
      'work.js': `${WORK}
const end = asyncToSync((slots) => endWithBothInLine(slots, false))
const onPool = syncToAsync((slots) => { try { end(slots) } finally { open(slots, LEFT) } }, { threadSensitive: false })
export const begin = asyncToSync((slots) => onPool(slots))`,
    })
    assert.deepEqual(told, ['SYNCBRIDGE_THREAD_EXITED', '1,1,0,1'])
  })

  test('where the root has relayed it, as every thread of the pool is taken, and it does not begin on the pool either', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { configure } from '@syncbridge/core'
import { begin, relayed } from './work.js'
configure({ pool: { maxThreads: 1 } })
const slots = new Int32Array(new SharedArrayBuffer(16))
try { begin(slots) } catch (error) { console.log(error.code) }
Atomics.store(slots, 0, 1)
Atomics.notify(slots, 0)
// In line behind whatever waits for the pool.
await relayed(new Int32Array(new SharedArrayBuffer(16)))
console.log([...slots].join())
process.exit()`,
      'work.js': `
import { AsyncLocalStorage } from 'node:async_hooks'
${WORK}
const outside = AsyncLocalStorage.snapshot()
export const relayed = syncToAsync((slots) => open(slots, TWO), { threadSensitive: false })
const onShared = syncToAsync(() => {})
const end = asyncToSync(async (slots) => {
  one(slots).catch(() => undefined)
  await Atomics.waitAsync(slots, ONE, 0).value
  relayed(slots).catch(() => undefined)
  // It goes by the root, too, and is read after that one.
  await outside(() => onShared())
  process.exit(3)
})
const onPool = syncToAsync((slots) => { try { end(slots) } finally { open(slots, LEFT) } }, { threadSensitive: false })
export const begin = asyncToSync((slots) => onPool(slots))`,
    })
    assert.deepEqual(told, ['SYNCBRIDGE_THREAD_EXITED', '1,1,0,1'])
  })
})

test('async code that the root has relayed to a loop is told of the end of its caller’s thread, as other async code is', async (t) => {
  const told = await lines(t, {
    'main.js': `
import { begin } from './work.js'
const slots = new Int32Array(new SharedArrayBuffer(4))
console.log((await begin(slots).catch((error) => error)).code)
// What is waited for keeps no process.
setInterval(() => {}, 1000)
await Atomics.waitAsync(slots, 0, 0, 10_000).value
console.log(slots[0])
process.exit()`,
    'work.js': `
import { AsyncLocalStorage } from 'node:async_hooks'
import { asyncToSync, callSignal, syncToAsync } from '@syncbridge/core'
const outside = AsyncLocalStorage.snapshot()
const die = syncToAsync(() => { process.exit(3) })
const untilTold = asyncToSync(async (slots) => {
  callSignal().addEventListener('abort', () => { Atomics.store(slots, 0, 1); Atomics.notify(slots, 0) })
  die().catch(() => undefined)
  await new Promise(() => {})
})
// As code that belongs to no call, such as a listener of the program's own: then a loop of the root runs the async function.
export const begin = syncToAsync((slots) => outside(() => untilTold(slots)), { threadSensitive: false })`,
  })
  assert.deepEqual(told, ['SYNCBRIDGE_THREAD_EXITED', '1'])
})

describe('between two of the many calls in line for a blocked frame', () => {
  const COUNT = 500
  const WORK = `
import { stats, asyncToSync, syncToAsync } from '@syncbridge/core'
${PAUSE}
export const seen = { calls: 0, failed: 0 }
const other = syncToAsync(() => pause(20_000), { threadSensitive: false })
const step = syncToAsync(() => {
  pause(10)
  seen.calls += 1
  if (seen.calls === 1) seen.other = other.with({ timeout: 50 })().catch((error) => error.code)
  if (stats().calls.failed > 0) seen.failed += 1
})
const all = () => Promise.all(Array.from({ length: ${COUNT} }, () => step()))
export const many = asyncToSync(async () => { await all() })`
  test('the timeout of the blocking call passes, and the code that is blocked goes on', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { outer } from './work.js'
console.log(await outer())
process.exit()`,
      'work.js': `${WORK}
export const outer = syncToAsync(() => {
  try { many.with({ timeout: 300 })() } catch ({ code }) { return [code, seen.calls < ${COUNT}].join() }
})`,
    })
    assert.deepEqual(told, ['SYNCBRIDGE_CALL_TIMEOUT,true'])
  })

  test('the timeouts of other calls pass', async (t) => {
    const told = await lines(t, {
      'main.js': `
import { many, seen } from './work.js'
many()
console.log(seen.calls, seen.failed > 0, await seen.other)
process.exit()`,
      'work.js': WORK,
    })
    assert.deepEqual(told, [`${COUNT} true SYNCBRIDGE_CALL_TIMEOUT`])
  })
})
