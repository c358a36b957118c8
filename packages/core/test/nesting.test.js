import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { threadId } from 'node:worker_threads'
import { stats } from '@syncbridge/core'
import { BottomError, descendPool, descendSync } from './fixtures/nested.js'
import { runFiles } from './support/run-in-process.js'

const fixture = new URL('./fixtures/nested.js', import.meta.url).href

/** Prints, as JSON, what a nest that begins with blocking code on the main thread came to. */
const syncOutermost = (expression) => `
import { stats } from '@syncbridge/core'
import { BottomError, climbAsync } from ${JSON.stringify(fixture)}
let error
const print = (value) => console.log(JSON.stringify(value))
try { print({ trail: ${expression}, threads: stats().threads.length }) } catch (caught) {
  print({ own: caught instanceof BottomError, name: caught.name, message: caught.message, level: caught.level,
    cause: caught.cause.message, causeIsRange: caught.cause instanceof RangeError })
}`

describe('nesting', () => {
  test('ten deep from async code, an error thrown at the bottom arrives with its class, message and cause', async () => {
    await assert.rejects(descendSync(10, true), (error) => {
      assert.ok(error instanceof BottomError)
      assert.equal(error.name, 'BottomError')
      assert.equal(error.message, 'the bottom')
      assert.equal(error.level, 7)
      assert.ok(error.cause instanceof RangeError)
      assert.equal(error.cause.message, 'the ground')
      return true
    })
  })

  test('ten deep from sync code, an error thrown at the bottom arrives with its class, message and cause', async (t) => {
    const { stdout, late, code } = await runFiles(t, {
      'main.mjs': syncOutermost('climbAsync(10, true)'),
    })
    assert.deepEqual({ late, code }, { late: false, code: 0 })
    assert.deepEqual(JSON.parse(stdout), {
      own: true,
      name: 'BottomError',
      message: 'the bottom',
      level: 7,
      cause: 'the ground',
      causeIsRange: true,
    })
  })

  test('from async code, every sync level runs on the one sync thread and every async level on the original loop', async () => {
    const trail = await descendSync(10, false)
    const sync = trail.filter((step) => step.startsWith('sync:'))
    const async = trail.filter((step) => step.startsWith('async:'))
    assert.equal(sync.length, 6)
    assert.equal(async.length, 5)
    assert.deepEqual([...new Set(async)], [`async:${threadId}`])
    assert.equal(new Set(sync).size, 1)
    assert.notEqual(sync[0], `sync:${threadId}`)
  })

  test('from sync code, every sync level runs on the original thread and every async level on one loop thread', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'main.mjs': syncOutermost('climbAsync(10, false)'),
    })
    assert.equal(late, false)
    const { trail, threads } = JSON.parse(stdout)
    const sync = trail.filter((step) => step.startsWith('sync:'))
    const async = trail.filter((step) => step.startsWith('async:'))
    assert.equal(async.length, 6)
    assert.equal(sync.length, 5)
    assert.deepEqual([...new Set(sync)], ['sync:0'])
    assert.equal(new Set(async).size, 1)
    assert.notEqual(async[0], 'async:0')
    assert.equal(threads, 1)
  })

  test('a hundred levels take no more threads than two', async () => {
    const before = stats().threads.length
    const trail = await descendSync(100, false)
    assert.equal(trail.length, 102)
    assert.equal(new Set(trail.map((step) => step.split(':')[1])).size, 2)
    assert.ok(stats().threads.length <= Math.max(before, 1))
  })

  test('two nests at once each come back with their own result', async () => {
    const [one, two, failed] = await Promise.all([
      descendSync(6, false),
      descendSync(4, false),
      descendSync(8, true).catch((error) => error),
    ])
    assert.equal(one.length, 8)
    assert.equal(two.length, 6)
    assert.ok(failed instanceof BottomError)
  })

  test('calls of the pool that nest deeper than it has threads finish', async (t) => {
    const program = `
import { configure } from '@syncbridge/core'
import { descendPool } from ${JSON.stringify(fixture)}
for (const maxThreads of [1, 2]) {
  configure({ pool: { maxThreads } })
  console.log((await descendPool(9)).length)
  console.log((await Promise.all([descendPool(5), descendPool(5), descendPool(5)])).flat().length)
}`
    const { stdout, late, code } = await runFiles(t, { 'main.mjs': program })
    assert.deepEqual({ stdout, late, code }, { stdout: '10\n18\n10\n18\n', late: false, code: 0 })
  })

  test('nested calls of the pool run on its threads', async () => {
    const trail = await descendPool(3)
    assert.equal(trail.length, 4)
    assert.ok(trail.every((step) => step !== `pool:${threadId}`))
  })
})
