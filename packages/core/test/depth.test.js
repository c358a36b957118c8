import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const fixture = JSON.stringify(new URL('./fixtures/depth.js', import.meta.url).href)

/** Runs a program that prints one line of JSON; the deadline tells whether it hangs. */
async function run(t, body) {
  const program = `
import { configure, stats } from '@syncbridge/core'
import * as depth from ${fixture}
const print = (value) => console.log(JSON.stringify(value))
const summary = ({ threads, made }) => ({ levels: threads.length, threads: new Set(threads).size, made })
const nameOf = (error) => (error instanceof RangeError ? 'RangeError' : String(error))
${body}`
  const { stdout, stderr, late, code } = await runFiles(
    t,
    { 'main.mjs': program },
    { deadline: 40_000 },
  )
  assert.deepEqual({ late, code, stderr }, { late: false, code: 0, stderr: '' })
  return JSON.parse(stdout)
}

describe('nesting 200 calls of each kind deep', () => {
  test('from async code takes two threads', async (t) => {
    const { below, after } = await run(
      t,
      `
const below = summary(await depth.downFromAsync(399))
print({ below, after: stats().threads.map(({ role, state }) => ({ role, state })) })`,
    )
    assert.deepEqual(below, { levels: 400, threads: 2, made: 1 })
    assert.deepEqual(after, [{ role: 'shared', state: 'idle' }])
  })

  test('from blocking code takes two threads', async (t) => {
    const { below, after } = await run(
      t,
      `
const below = summary(depth.downFromSync(399))
print({ below, after: stats().threads.map(({ role, state }) => ({ role, state })) })`,
    )
    assert.deepEqual(below, { levels: 400, threads: 2, made: 1 })
    assert.deepEqual(after, [{ role: 'loop', state: 'idle' }])
  })
})

describe('nesting deeper than the stack', () => {
  test('from async code is a RangeError of the call, and the next call works', async (t) => {
    const { fell, deepest, next, pending } = await run(
      t,
      `
// A smaller stack than usual: the same end, sooner.
configure({ resourceLimits: { stackSizeMb: 2 } })
const fell = await depth.fallFromAsync(1).then(() => 'returned', nameOf)
const deepest = await depth.howDeep()
const next = summary(await depth.downFromAsync(99))
print({ fell, deepest, next, pending: stats().calls.pending })`,
    )
    assert.equal(fell, 'RangeError')
    assert.ok(deepest > 400, `${deepest} levels deep`)
    assert.deepEqual(next, { levels: 100, threads: 2, made: 1 })
    assert.equal(pending, 0)
  })

  test('from blocking code is a RangeError of the call, and the next call works', async (t) => {
    const { fell, deepest, next, pending } = await run(
      t,
      `
let fell = 'returned'
try { depth.fallFromSync(1) } catch (error) { fell = nameOf(error) }
const deepest = depth.howDeepFromSync()
const next = summary(depth.downFromSync(99))
print({ fell, deepest, next, pending: stats().calls.pending })`,
    )
    assert.equal(fell, 'RangeError')
    assert.ok(deepest > 400, `${deepest} levels deep`)
    assert.deepEqual(next, { levels: 100, threads: 2, made: 1 })
    assert.equal(pending, 0)
  })
})
