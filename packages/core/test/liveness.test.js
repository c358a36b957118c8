/** What lives in a thread lives on between calls: timers, sockets and all else that waits for a loop to turn. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { threadId } from 'node:worker_threads'
import { configure } from '@syncbridge/core'
import * as calls from './fixtures/liveness.js'
import { FloorTicker } from './support/floor-ticker.js'
import { keepAliveServer } from './support/keep-alive-server.js'
import { Latch } from './support/latch.js'
import { runFiles } from './support/run-in-process.js'
import { Tally } from './support/tally.js'
import { clock, TickLog } from './support/tick-log.js'

// Two threads can wait at once, also on one core.
configure({ pool: { maxThreads: 2 } })

/** Long enough that a loop that stands still between calls is seen, and no loaded machine is taken for one. */
const PHASE_MS = 400
const STEADY = { period: 10, longest: 200 }
/** For a loop that has dozens of calls to serve or to read in each of its turns. */
const BUSY = { period: 50, longest: 500 }

const floor = new FloorTicker()
after(() => floor.stop())
/** During the phase, the log must tick as steadily as the pace says, or as this machine lets any thread. */
async function assertSteady(log, pace, phase) {
  const began = clock()
  await floor.during(phase)
  log.assertSteady(began, pace, floor.log)
}

async function whileCalling(call) {
  for (const end = clock() + PHASE_MS; clock() < end; ) await call()
}

/** How calls may follow each other while something else lives in their thread. */
const rhythms = {
  // The time without a call is what the test is about.
  'while nothing is called': () => sleep(PHASE_MS),
  'while calls follow each other back to back': (call) => whileCalling(call),
  'while a call comes every 2 ms': (call) =>
    whileCalling(async () => {
      await call()
      await sleep(2)
    }),
}

describe('in a loop thread, between blocking calls', () => {
  // Where a request follows at once, fetch may open a second connection before the first is free again, on one thread as well.
  for (const [client, request, most] of [
    ['an agent', calls.getThroughAgent, 1],
    ['fetch', calls.getByFetch, 2],
  ]) {
    test(`a keep-alive connection of ${client} serves call after call, with and without pauses`, async (t) => {
      const { url, connections } = await keepAliveServer(t)
      const closed = new Tally()
      const threads = new Set()
      for (let count = 0; count < 50; count += 1) threads.add(request(url, closed.memory))
      // Of different lengths: a thread may wait in one way at first and in another later.
      for (const pause of [0, 1, 2, 5, 20, 100]) {
        await sleep(pause)
        threads.add(request(url, closed.memory))
      }
      assert.equal(threads.size, 1)
      assert.ok(!threads.has(threadId))
      assert.equal(closed.count, 0)
      assert.ok(connections.count <= most, `${connections.count} connections`)
    })

    test(`a connection of ${client} that its server closes is noticed without a call, and the next call opens another`, async (t) => {
      const { url, connections, closeIdleConnections } = await keepAliveServer(t)
      const closed = new Tally()
      for (let round = 1; round <= 3; round += 1) {
        request(url, closed.memory)
        closeIdleConnections()
        await closed.reach(round)
        assert.equal(connections.count, round)
      }
    })
  }

  test('an interval ticks on', async (t) => {
    const log = new TickLog()
    const thread = calls.tickInLoop(log.memory, STEADY.period)
    t.after(() => calls.stopInLoop())
    assert.notEqual(thread, threadId)
    for (const [when, rhythm] of Object.entries(rhythms)) {
      await t.test(when, async () => {
        await assertSteady(log, STEADY, () => rhythm(() => assert.equal(calls.double(21), 42)))
      })
    }
    await t.test('while the main thread blocks in one call after the other and never turns', () =>
      assertSteady(log, STEADY, () => {
        for (const end = clock() + PHASE_MS; clock() < end; ) assert.equal(calls.double(21), 42)
      }),
    )
  })

  for (const what of Object.keys(calls.later)) {
    test(`${what} gets its turn`, async () => {
      const latch = new Latch()
      calls.beginInLoop(what, latch.memory)
      await latch.wait()
    })
  }
})

describe('in a sync thread, between calls', () => {
  test('an interval that sync code started ticks on', async (t) => {
    const log = new TickLog()
    const thread = await calls.tickInThread(log.memory, STEADY.period)
    t.after(() => calls.stopInThread())
    assert.notEqual(thread, threadId)
    for (const [when, rhythm] of Object.entries(rhythms)) {
      await t.test(when, async () => {
        await assertSteady(log, STEADY, () =>
          rhythm(async () => assert.equal(await calls.add(1, 2), 3)),
        )
      })
    }
    await t.test('while its queue is never empty', () =>
      assertSteady(log, BUSY, () =>
        Promise.all(
          Array.from({ length: 64 }, () =>
            whileCalling(async () => assert.equal(await calls.add(1, 2), 3)),
          ),
        ),
      ),
    )
  })

  test('a request that sync code began is answered over one kept connection', async (t) => {
    const { url, connections } = await keepAliveServer(t)
    const [closed, answered] = [new Tally(), new Tally()]
    for (let count = 1; count <= 5; count += 1) {
      await calls.beginGet(url, closed.memory, answered.memory)
      await answered.reach(count)
    }
    assert.deepEqual([connections.count, closed.count], [1, 0])
  })

  test('a request that sync code began is answered while calls follow each other back to back', async (t) => {
    const { url } = await keepAliveServer(t)
    const [closed, answered] = [new Tally(), new Tally()]
    await calls.beginGet(url, closed.memory, answered.memory)
    const waiting = answered.reach(1)
    while (answered.count === 0) await calls.add(1, 2)
    await waiting
  })

  test('a connection that its server closes is noticed without a call, and the next request opens another', async (t) => {
    const { url, connections, closeIdleConnections } = await keepAliveServer(t)
    const [closed, answered] = [new Tally(), new Tally()]
    for (let round = 1; round <= 3; round += 1) {
      await calls.beginGet(url, closed.memory, answered.memory)
      await answered.reach(round)
      closeIdleConnections()
      await closed.reach(round)
      assert.equal(connections.count, round)
    }
  })

  for (const what of Object.keys(calls.later)) {
    test(`${what} gets its turn`, async () => {
      const latch = new Latch()
      await calls.beginInThread(what, latch.memory)
      await latch.wait()
    })
  }
})

describe('the main thread', () => {
  // What one turn may cost grows with the answers that it reads: the slower paces are what a loaded machine keeps to.
  for (const [inFlight, pace] of [
    [1, STEADY],
    [8, STEADY],
    [64, BUSY],
    [512, { period: 200, longest: 1000 }],
  ]) {
    test(`turns while ${inFlight} awaited calls are kept in flight, and answers requests`, async (t) => {
      const server = createServer((_, response) => response.end('answer')).listen(0, '127.0.0.1')
      t.after(() => server.close())
      await once(server, 'listening')
      await calls.add(1, 2)

      const log = new TickLog()
      let [ticks, turns, answers, isOver] = [0, 0, 0, false]
      const ticker = setInterval(() => {
        log.note()
        ticks += 1
      }, 5)
      const beside = Promise.all([
        repeat(async () => {
          await turn()
          turns += 1
        }),
        repeat(async () => {
          await requestOnce(server.address().port)
          answers += 1
        }),
      ])
      async function repeat(step) {
        while (!isOver) await step()
      }
      const began = clock()
      const isEnough = () =>
        clock() - began >= PHASE_MS && ticks >= 20 && turns >= 20 && answers >= 3
      const isTooLong = () => clock() - began > 20_000
      try {
        await assertSteady(log, pace, () =>
          Promise.all(
            Array.from({ length: inFlight }, async (_, index) => {
              for (let count = 0; !isEnough() && !isTooLong(); count += 1)
                assert.equal(await calls.add(index, count), index + count)
            }),
          ),
        )
        assert.ok(isEnough(), JSON.stringify({ ticks, turns, answers }))
      } finally {
        clearInterval(ticker)
        isOver = true
        await beside
      }
    })
  }

  test('has two async calls at once, of two sync threads that wait for them', async () => {
    const [one, other] = await calls.meet()
    assert.notEqual(one.sync, other.sync)
    assert.deepEqual([one.loop, other.loop], [threadId, threadId])
  })
})

test('a loop thread has two async calls at once, of two sync threads that wait for them', () => {
  const [one, other] = calls.meetInLoop()
  assert.notEqual(one.sync, other.sync)
  assert.equal(one.loop, other.loop)
  assert.notEqual(one.loop, threadId)
})

const fixture = JSON.stringify(new URL('./fixtures/liveness.js', import.meta.url).href)
const importing = `
import { setTimeout as sleep } from 'node:timers/promises'
import { configure, shutdown, stats, ThreadSensitiveContext } from '@syncbridge/core'
import * as calls from ${fixture}
configure({ pool: { maxThreads: 2 } })
/** Calls both ways, after which a thread of each kind is idle. */
async function callAround() {
  const answers = []
  for (let count = 0; count < 200; count += 1)
    answers.push(await calls.add(count, 1), await calls.addOnPool(count, 1), calls.double(count))
  await new ThreadSensitiveContext().run(() => calls.add(1, 2))
  return answers.length
}
`

/** A process with a thread of its own and without a bridge, and how long it takes from its last moment to its end, in ms. */
async function measureExit(t) {
  const { stdout } = await runFiles(t, {
    'main.mjs': `
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
const worker = new Worker('setInterval(() => {}, 10)', { eval: true })
await once(worker, 'online')
console.log(Date.now())
process.exit()`,
  })
  return Date.now() - Number(stdout)
}

describe('a bridge whose threads are idle', () => {
  let exitFloor
  before(async () => {
    exitFloor = await measureExit({ after })
  })

  test('uses no CPU, and lets the process end by itself', async (t) => {
    const { stdout, stderr, late, code } = await runFiles(t, {
      'main.mjs': `${importing}
console.log(await callAround())
// Threads may look out for another call for a while, before they sleep.
await sleep(300)
const before = process.cpuUsage()
// CPU time, which does not grow with what else the machine does: there is no event for nothing.
await sleep(1000)
const { user, system } = process.cpuUsage(before)
console.log((user + system) / 1000 < 50 || (user + system) / 1000)`,
    })
    assert.deepEqual(
      { stdout, stderr, late, code },
      { stdout: '600\ntrue\n', stderr: '', late: false, code: 0 },
    )
  })

  // At once after a call a thread may still look out for the next one; a while later it sleeps.
  for (const [when, pause] of [
    ['just after a call', 0],
    ['a while after a call', 300],
  ]) {
    for (const [what, program, expected] of [
      ['process.exit() ends the process at once', 'process.exit(3)', { code: 3 }],
      ['the end of the program ends the process at once', '', { code: 0 }],
      ['an error ends the process at once', `throw new Error('over')`, { code: 1 }],
      [
        'timers that tick in threads let the process end at once',
        `
const memory = new SharedArrayBuffer(64 * 1024)
calls.tickInLoop(memory, 10)
await calls.tickInThread(memory, 10)
lastMoment()`,
        { code: 0 },
      ],
      [
        'shutdown() is done at once',
        `
await shutdown()
process.exitCode = stats().threads.length === 0 ? 5 : 6`,
        { code: 5 },
      ],
    ]) {
      test(`${what}, ${when}`, async (t) => {
        const { stdout, late, code } = await runFiles(t, {
          'main.mjs': `${importing}
const lastMoment = () => console.log(Date.now())
await callAround()
await sleep(${pause})
lastMoment()
${program}`,
        })
        const took = Date.now() - Number(stdout.trim().split('\n').at(-1))
        assert.deepEqual({ late, code }, { late: false, ...expected })
        assert.ok(took < 2000 + 5 * exitFloor, `${took} ms, without a bridge ${exitFloor} ms`)
      })
    }

    test(`terminate() ends a user’s Worker and its threads at once, ${when}`, async (t) => {
      const { stdout, stderr, late, code } = await runFiles(t, {
        'main.mjs': `
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
const timeToEnd = async (worker, event) => {
  await once(worker, event)
  const began = performance.now()
  await worker.terminate()
  return performance.now() - began
}
const floor = await timeToEnd(new Worker('setInterval(() => {}, 10)', { eval: true }), 'online')
const took = await timeToEnd(new Worker(new URL('./worker.mjs', import.meta.url)), 'message')
console.log(took < 2000 + 5 * floor || { took, floor })`,
        'worker.mjs': `${importing}
import { parentPort } from 'node:worker_threads'
await callAround()
await sleep(${pause})
setInterval(() => {}, 1000)
parentPort.postMessage('idle')`,
      })
      assert.deepEqual(
        { stdout, stderr, late, code },
        { stdout: 'true\n', stderr: '', late: false, code: 0 },
      )
    })
  }
})

/** On a connection of its own: the loop has to accept, to read and to answer for each. */
function requestOnce(port) {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent: false }, (response) => {
      response.resume().on('end', resolve)
    }).on('error', reject)
  })
}
