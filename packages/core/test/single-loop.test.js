import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const calls = `
import { threadId } from 'node:worker_threads'
import { asyncToSync, Local, syncToAsync } from '@syncbridge/core'
let calls = 0
export const local = new Local()
export const where = asyncToSync(async () => threadId)
export const count = asyncToSync(async () => ++calls)
export const fresh = asyncToSync(async () => threadId, { forceNewLoop: true })
export const increment = asyncToSync(async () => { local.value += 1 })
const innerFresh = syncToAsync(() => fresh())
export const nestFresh = asyncToSync(async () => [threadId, await innerFresh()])
const innerWhere = syncToAsync(() => where())
export const nest = asyncToSync(async () => [threadId, await innerWhere()])
export const places = syncToAsync(() => new AsyncSingleThreadContextRunner().run())
import { AsyncSingleThreadContext } from '@syncbridge/core'
class AsyncSingleThreadContextRunner { run() { return new AsyncSingleThreadContext().run(() => where()) } }`

const run = async (t, program) => {
  const { stdout, stderr, late, code } = await runFiles(t, {
    'main.mjs': `
import { AsyncSingleThreadContext, stats } from '@syncbridge/core'
import * as calls from './calls.mjs'
const { count, fresh, increment, local, nest, nestFresh, places, where } = calls
const loops = () => stats().threads.filter(({ role }) => role === 'loop').length
const settled = async (want) => {
  for (const end = performance.now() + 5000; loops() !== want && performance.now() < end;) await new Promise(setImmediate)
  return loops()
}
${program}`,
    'calls.mjs': calls,
  })
  assert.deepEqual({ stderr, late, code }, { stderr: '', late: false, code: 0 })
  return stdout.trim()
}

describe('an AsyncSingleThreadContext', () => {
  test('gives the blocking calls inside it one loop of their own, which lives on between them', async (t) => {
    const out = await run(
      t,
      `
const outside = where()
const [one, two, counts] = new AsyncSingleThreadContext().run(() => [where(), where(), [count(), count()]])
console.log(one === two, one !== outside, one !== 0, counts.join(), where() === outside)`,
    )
    assert.equal(out, 'true true true 1,2 true')
  })

  test('starts no thread before its first call and leaves none behind', async (t) => {
    const out = await run(
      t,
      `
new AsyncSingleThreadContext().run(() => console.log(loops()))
new AsyncSingleThreadContext().run(() => { where(); console.log(loops()) })
console.log(await settled(0))`,
    )
    assert.equal(out, '0\n1\n0')
  })

  test('whose code goes on after its end leaves no thread behind: that code uses the loop of the process', async (t) => {
    const out = await run(
      t,
      `
const outside = where()
const later = []
for (let i = 0; i < 5; i++) new AsyncSingleThreadContext().run(() => {
  where()
  later.push(new Promise((resolve) => setTimeout(() => {
    // A new one is opened in it all the same.
    resolve([where(), new AsyncSingleThreadContext().run(() => where())])
  }, 1)))
})
const found = await Promise.all(later)
console.log(found.every(([own, inner]) => own === outside && inner !== outside), await settled(1))`,
    )
    assert.equal(out, 'true 1')
  })

  test('that is used again has a loop of its own each time, also while it is in use', async (t) => {
    const out = await run(
      t,
      `
const context = new AsyncSingleThreadContext()
const [one, two] = [context.run(() => where()), context.run(() => where())]
console.log(one !== two, await settled(0))`,
    )
    assert.equal(out, 'true 0')
  })

  test('inside another is the other one', async (t) => {
    const out = await run(
      t,
      `
new AsyncSingleThreadContext().run(() => {
  const outer = where()
  const inner = new AsyncSingleThreadContext().run(() => where())
  console.log(outer === inner, outer === where())
})`,
    )
    assert.equal(out, 'true true')
  })

  test('returns what its function returns, and ends also when that throws', async (t) => {
    const out = await run(
      t,
      `
console.log(new AsyncSingleThreadContext().run(() => 'value'))
try { new AsyncSingleThreadContext().run(() => { where(); throw new RangeError('inside') }) } catch (error) { console.log(error.message) }
console.log(await settled(0), where() > 0)`,
    )
    assert.equal(out, 'value\ninside\n0 true')
  })

  test('carries Locals from call to call', async (t) => {
    const out = await run(
      t,
      `
local.value = 0
new AsyncSingleThreadContext().run(() => { increment(); increment() })
console.log(local.value)`,
    )
    assert.equal(out, '2')
  })

  test('yields to the loop that launched the code', async (t) => {
    assert.equal(await run(t, 'console.log(await places())'), '0')
  })

  test('lets calls nest on its loop, and forceNewLoop in a nest does not hang', async (t) => {
    const out = await run(
      t,
      `
new AsyncSingleThreadContext().run(() => {
  const here = where()
  console.log(nest().every((id) => id === here))
  const [outer, inner] = nestFresh()
  console.log(outer === here, inner !== here)
})`,
    )
    assert.equal(out, 'true\ntrue true')
  })
})
