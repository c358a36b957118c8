/** Every odd way for a thread to end, or not to: it is replaced, or lives on, and nobody else is harmed. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { configure, ThreadSensitiveContext } from '@syncbridge/core'
import * as fixture from './fixtures/odd-ends.js'
import { runFiles } from './support/run-in-process.js'

const within = (fn) => new ThreadSensitiveContext().run(fn)
const lanes = {
  'on the shared thread': { odd: fixture.odd, where: fixture.where },
  'on the pool': { odd: fixture.oddOnPool, where: fixture.whereOnPool },
  'in a context': {
    odd: (way) => within(() => fixture.odd(way)),
    where: () => within(fixture.where),
  },
}
/** What the thread of the call has left undone fails with it, or the call itself. */
const ignore = () => undefined

before(() => configure({ pool: { maxThreads: 1 }, leased: { maxThreads: 1, exitTimeout: 1000 } }))

describe('a thread ends and is replaced after', () => {
  for (const way of fixture.endings)
    for (const [where, lane] of Object.entries(lanes))
      test(`${way} (${where})`, async () => {
        const thread = await lane.where()
        await lane.odd(way).catch(ignore)
        // The test's own deadline ends it: a call without one must be answered, too.
        let next = thread
        while (next === thread) next = await lane.where().catch(() => thread)
        assert.equal(typeof next, 'number')
      })
})

describe('a thread lives on after', () => {
  for (const way of fixture.others)
    for (const [where, lane] of Object.entries(lanes))
      test(`${way} (${where})`, async () => {
        const thread = await lane.where()
        const given = await lane.odd(way)
        if (way.startsWith('process.abort')) assert.equal(given, 'ERR_WORKER_UNSUPPORTED_OPERATION')
        // Long enough for a timer of 1 ms that was set there before.
        for (let times = 0; times < 20; times += 1) {
          await new Promise((resolve) => setTimeout(resolve, 1))
          assert.equal(await lane.where(), thread)
        }
      })
})

describe('a rejection that nobody handles', () => {
  for (const [mode, ends] of [
    ['strict', true],
    ['throw', true],
    ['warn', false],
    ['none', false],
  ])
    test(`${ends ? 'ends' : 'does not end'} its thread under --unhandled-rejections=${mode}`, async (t) => {
      const { stdout, late } = await runFiles(
        t,
        {
          'main.mjs': `
import { reject, where } from './work.mjs'
const before = await where()
await reject()
let thread = before
for (let times = 0; times < ${ends ? 1e6 : 20} && thread === before; times += 1) thread = await where().catch(() => before)
console.log(thread === before ? 'lives' : 'replaced')`,
          'work.mjs': `
import { threadId } from 'node:worker_threads'
import { syncToAsync } from '@syncbridge/core'
export const reject = syncToAsync(() => { Promise.reject(new Error('nobody handled this')) })
export const where = syncToAsync(() => threadId)`,
        },
        { nodeArgs: [`--unhandled-rejections=${mode}`] },
      )
      assert.deepEqual({ stdout, late }, { stdout: ends ? 'replaced\n' : 'lives\n', late: false })
    })
})
