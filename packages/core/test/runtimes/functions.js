// What the programs of this folder call in threads.
import { AsyncLocalStorage } from 'node:async_hooks'
import { threadId } from 'node:worker_threads'
import {
  asyncToSync,
  callSignal,
  carryStorage,
  Local,
  onContextExit,
  onThreadExit,
  registerCodec,
  registerError,
  syncToAsync,
  ThreadPoolExecutor,
  transfer,
} from '@syncbridge/core'

const nap = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const onPool = { threadSensitive: false }

/** One thread, and one call that may wait for it. */
export const narrow = new ThreadPoolExecutor({ maxThreads: 1, maxQueue: 1 })

export const where = syncToAsync(() => threadId)
export const whereOnPool = syncToAsync(() => threadId, onPool)
export const whereIsLoop = asyncToSync(async () => threadId)
export const add = syncToAsync((a, b) => a + b)
export const addLater = asyncToSync(async (a, b) => {
  await nap(5)
  return a + b
})
export const addHere = syncToAsync((a, b) => addLater(a, b))

// Two functions that call each other, each level on the other side.
const climbLater = asyncToSync(async (levels) => (levels === 0 ? 0 : 1 + (await climb(levels - 1))))
export const climb = syncToAsync((levels) => (levels === 0 ? 0 : 1 + climbLater(levels - 1)))

let state = 0
export const count = syncToAsync(() => {
  state += 1
  return { threadId, state }
})
export const noteExit = syncToAsync((memory) => {
  const slots = new Int32Array(memory)
  onContextExit(() => Atomics.add(slots, 0, 1))
})

export const request = new Local()
export const tag = syncToAsync((text) => {
  request.tags = [...request.tags, text]
  if (text === 'throw') throw new Error('after a change')
  return tagLater(`${text}+`)
})
const tagLater = asyncToSync(async (text) => {
  await nap(1)
  request.tags = [...request.tags, text]
  return request.user
})

export const exitWith = syncToAsync((code) => process.exit(code))
export const throwInTimer = syncToAsync(() => {
  setTimeout(() => {
    throw new RangeError('nobody catches this')
  })
})
export const print = syncToAsync((text) => console.log(text))
export const printLater = asyncToSync(async (text) => {
  console.log(`${text} begins`)
  await nap(5)
  console.log(`${text} ends`)
})

export class StockError extends Error {
  name = 'StockError'
  constructor(message, item, options) {
    super(message, options)
    this.item = item
  }
}
registerError(StockError)
function takeFromStock(item) {
  throw new StockError('sold out', item, { cause: new TypeError('the reason') })
}
export const take = syncToAsync(function take(item) {
  return takeFromStock(item)
})
export const takeLater = asyncToSync(async function takeLater(item) {
  await nap(1)
  return takeFromStock(item)
})

export const numbers = syncToAsync(function* numbers(to, memory) {
  try {
    for (let number = 1; number <= to; number += 1) yield number
  } finally {
    if (memory) Atomics.add(new Int32Array(memory), 0, 1)
  }
})
export const numbersLater = asyncToSync(async function* numbersLater(to) {
  for (let number = 1; number <= to; number += 1) {
    await nap(1)
    yield number
  }
})

export const callBack = syncToAsync((fn, ...args) => asyncToSync(fn)(...args))
export const makeCounter = syncToAsync(() => {
  let value = 0
  return () => {
    value += 1
    return { value, threadId }
  }
})

export const sum = syncToAsync((bytes) => bytes.reduce((total, byte) => total + byte, 0))
export const fill = syncToAsync((buffer, value) => {
  const bytes = new Uint8Array(buffer).fill(value)
  return bytes.buffer
})
export const sendBy = syncToAsync((port, text) => {
  port.postMessage(text)
  port.close()
})
export const countUp = syncToAsync((to) => {
  let last = 0
  const stream = new ReadableStream({
    pull(controller) {
      last += 1
      if (last > to) controller.close()
      else controller.enqueue(last)
    },
  })
  return transfer(stream)
})

export const storage = new AsyncLocalStorage()
carryStorage('request', storage)
export const readStorage = syncToAsync(() => readStorageLater())
const readStorageLater = asyncToSync(async () => {
  await nap(1)
  return storage.getStore()?.user
})

export const spinFor = syncToAsync((ms) => {
  const end = performance.now() + ms
  while (performance.now() < end);
})
export const bump = syncToAsync((memory) => Atomics.add(new Int32Array(memory), 0, 1))
export const holdNarrow = syncToAsync(
  (memory) => {
    const slots = new Int32Array(memory)
    Atomics.store(slots, 0, 1)
    while (Atomics.load(slots, 1) === 0);
  },
  { executor: narrow, threadSensitive: false },
)
export const addOnNarrow = syncToAsync((a, b) => a + b, {
  executor: narrow,
  threadSensitive: false,
})
const untilAborted = asyncToSync(async (memory) => {
  const signal = callSignal()
  const slots = new Int32Array(memory)
  Atomics.store(slots, 0, 1)
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  Atomics.store(slots, 1, 1)
  throw signal.reason
})
export const waitForAbort = syncToAsync((memory) => untilAborted(memory))
export const spinOnLoop = asyncToSync(async (begun) => {
  Atomics.store(new Int32Array(begun), 0, 1)
  for (;;);
})
export const sleepOnLoop = asyncToSync(async () => nap(2000))
export const spin = syncToAsync((begun) => {
  Atomics.store(new Int32Array(begun), 0, 1)
  for (;;);
})
// Some 400 MB, and then they return: a runtime that knows no limits shall not take all that there is. In small pieces: a large one ends
// the whole process in some versions of Node.
function eat() {
  let list
  for (let at = 0; at < 10_000_000; at += 1) list = { list, at }
  return list.at
}
export const eatMemory = syncToAsync(() => eat())
export const eatMemoryLater = asyncToSync(async () => eat())
export const overflow = syncToAsync(() => {
  const dive = () => 1 + dive()
  return dive()
})
export const overflowLater = asyncToSync(async () => {
  const dive = () => 1 + dive()
  return dive()
})

export const tellExit = syncToAsync((memory) => {
  onThreadExit(async () => {
    await nap(5)
    Atomics.add(new Int32Array(memory), 0, 1)
  })
})

export const echo = syncToAsync((value) => value)
export const echoLater = asyncToSync(async (value) => value)
export class Money {
  constructor(cents) {
    this.cents = cents
  }
  format() {
    return (this.cents / 100).toFixed(2)
  }
}
registerCodec(Money, { encode: ({ cents }) => cents, decode: (cents) => new Money(cents) })
export const double = syncToAsync((money) => new Money(money.cents * 2))
export const giveProxy = syncToAsync(() => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return { deep: { proxy } }
})
export const nested = syncToAsync((levels) => {
  let value = {}
  for (let level = 0; level < levels; level += 1) value = { value }
  return value
})

let wasSetUp = false
export const noteSetup = () => {
  wasSetUp = true
}
export const isSetUp = syncToAsync(() => wasSetUp)
export const argumentsThere = syncToAsync(() => process.argv.slice(2))
