/** The examples of @syncbridge/core's docstrings, and what stands around each. */
import { testExamples } from './support/run-examples.js'

testExamples('core', {
  AsyncSingleThreadContext: {},

  asyncToSync: {
    beside: {
      'run.js': `
import { once } from 'node:events'
import { createServer } from 'node:http'
const server = createServer((request, response) => response.end(request.url === '/EUR' ? '1.25' : '0'))
await once(server.listen(0, '127.0.0.1'), 'listening')
process.env.RATES_URL = 'http://127.0.0.1:' + server.address().port
await import('./main.js')
server.close()
server.closeAllConnections()
`,
    },
    prints: '125',
  },

  callSignal: {
    beside: {
      'run.js': `
import { once } from 'node:events'
import { createServer } from 'node:http'
import { lengthOf } from './pages.js'
const server = createServer() // never answers
await once(server.listen(0, '127.0.0.1'), 'listening')
const caller = new AbortController()
const page = lengthOf.with({ signal: caller.signal })('http://127.0.0.1:' + server.address().port)
const [request, response] = await once(server, 'request')
caller.abort()
await Promise.all([once(response, 'close'), page.catch(({ name }) => console.log(name))])
console.log('the server was left')
server.close()
`,
    },
    prints: 'AbortError\nthe server was left',
  },

  carryStorage: {},

  configure: {
    beside: {
      'meet.js': `
import { syncToAsync } from '@syncbridge/core'
/** Blocks until as many calls run at once. */
export const meet = syncToAsync((shared, guests) => {
  const present = new Int32Array(shared)
  Atomics.add(present, 0, 1)
  Atomics.notify(present, 0)
  for (let seen; (seen = Atomics.load(present, 0)) < guests; ) Atomics.wait(present, 0, seen)
}, { threadSensitive: false })
`,
      'run.js': `
import './main.js'
import { stats } from '@syncbridge/core'
import { meet } from './meet.js'
const shared = new SharedArrayBuffer(4)
const calls = Array.from({ length: 1005 }, () => meet(shared, 4).catch(({ code }) => code))
const refused = (await Promise.all(calls)).filter(Boolean)
console.log(stats().threads.filter(({ role }) => role === 'pool').length, 'threads')
console.log(...refused)
`,
    },
    prints: '4 threads\nSYNCBRIDGE_QUEUE_FULL',
  },

  Executor: {},
  isAsyncFunction: {},
  keep: {},
  Local: {},
  LocalContext: {},
  localScope: {},
  main: {},
  markAsyncFunction: {},

  onContextExit: {
    beside: {
      'run.js': `
import { configure, ThreadSensitiveContext } from '@syncbridge/core'
import { begin } from './ledger.js'
// On one thread, so that the second finds the first one's transaction, unless it has been rolled back.
configure({ leased: { maxThreads: 1 } })
for (const name of ['first', 'second']) {
  await new ThreadSensitiveContext().run(begin)
  console.log(name, 'has begun')
}
`,
    },
    prints: 'first has begun\nsecond has begun',
  },

  onThreadExit: {},
  registerCodec: {},
  registerError: {},

  shutdown: {
    beside: {
      'work.js': `
import { syncToAsync } from '@syncbridge/core'
export const wait = syncToAsync((shared) => {
  const [entered, released] = [0, 1].map((index) => new Int32Array(shared, 4 * index, 1))
  Atomics.store(entered, 0, 1)
  Atomics.notify(entered, 0)
  Atomics.wait(released, 0, 0)
  return 'the running call has finished'
})
`,
      'run.js': `
import './main.js'
import { wait } from './work.js'
const shared = new SharedArrayBuffer(8)
const running = wait(shared).then(console.log)
await Atomics.waitAsync(new Int32Array(shared), 0, 0).value
// Behind the listener of the example.
process.once('SIGTERM', () => {
  wait(shared).catch(({ code }) => {
    console.log(code)
    Atomics.store(new Int32Array(shared), 1, 1)
    Atomics.notify(new Int32Array(shared), 1)
  })
})
process.kill(process.pid, 'SIGTERM')
await running
`,
    },
    prints: 'SYNCBRIDGE_CLOSED\nthe running call has finished',
  },

  stats: {},
  SyncBridgeError: {},
  syncToAsync: {},
  ThreadPoolExecutor: {},

  ThreadSensitiveContext: {
    beside: {
      'run.js': `
import { DatabaseSync } from 'node:sqlite'
import { transfer } from './transfer.js'
await Promise.all(Array.from({ length: 5 }, () => transfer('alice', 'bob', 5)))
const balances = 'SELECT account, sum(cents) AS cents FROM posting GROUP BY account'
for (const { account, cents } of new DatabaseSync('ledger.db').prepare(balances).all()) console.log(account, cents)
`,
    },
    prints: 'alice -25\nbob 25',
  },

  transfer: {},
})
