import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

/** `main.mjs` with this body, after a call that failed with an error that has a property and a cause. */
const failing = (body, before = '') => ({
  'main.mjs': `
import { inspect } from 'node:util'
import { fail, failAsync, never, rethrow, stackOf, Quota } from './quota.mjs'
${before}
const caught = await fail(5).catch((error) => error)
${body}`,
  'quota.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
export class Quota extends Error {
  name = 'Quota'
  constructor(limit) {
    super('more than ' + limit, { cause: new RangeError('the disk is full') })
    this.limit = limit
  }
}
const throwQuota = (limit) => {
  throw new Quota(limit)
}
export const fail = syncToAsync(throwQuota, { name: 'fail' })
export const failAsync = asyncToSync(async function failAsync(limit) { throwQuota(limit) })
export const never = asyncToSync(async function never() { await new Promise(() => {}) })
export const stackOf = syncToAsync(function stackOf(error) { return error.stack })
export const rethrow = syncToAsync(function rethrow(error) { throw error })`,
})

/** Both stacks, the property, and the cause with its own stack. */
const asPrinted =
  /Quota: more than 5\n\s+at throwQuota \(.*quota\.mjs:\d+:\d+\)[\s\S]*--- fail ran in another thread, called from ---\n\s+at .*main\.mjs:\d+:\d+[\s\S]*limit: 5,[\s\S]*\[cause\]: RangeError: the disk is full\n\s+at new Quota /

describe('an error of another thread', () => {
  test('is printed with both stacks, its properties and its cause, however often', async (t) => {
    const { stdout, stderr } = await runFiles(
      t,
      failing(`
console.error(caught)
const printed = inspect(caught)
console.log(printed)
console.log(inspect(caught) === printed, inspect({ caught }).includes('called from'))
console.log(JSON.stringify(caught))`),
    )
    assert.match(stderr, asPrinted)
    assert.match(stdout, asPrinted)
    assert.ok(stdout.endsWith('\ntrue true\n{"limit":5}\n'), stdout)
  })

  test('is printed the same where nobody catches it', async (t) => {
    for (const last of [
      'throw caught',
      'setImmediate(() => { throw caught })',
      'Promise.reject(caught)',
    ]) {
      const { stderr, code } = await runFiles(t, failing(last))
      assert.equal(code, 1)
      assert.match(stderr, asPrinted)
    }
  })

  test('is printed the same where nobody catches it in blocked code', async (t) => {
    const { stderr, code } = await runFiles(t, failing('failAsync(5)'))
    assert.equal(code, 1)
    assert.match(
      stderr,
      /at throwQuota [\s\S]*failAsync ran in another thread, called from ---\n\s+at .*main\.mjs:\d+:\d+/,
    )
  })

  test('shows as much of its caller as an error that is made there, blocked or awaited, its own errors too', async (t) => {
    const { stdout } = await runFiles(
      t,
      failing(`
const deep = (levels, fn) => (levels === 0 ? fn() : deep(levels - 1, fn))
const deepAsync = async (levels, fn) => { await (levels === 0 ? fn() : deepAsync(levels - 1, fn)) }
const stackFrom = async (run) => { try { await run() } catch (error) { return error.stack } }
const depthOf = (stack) => stack.split('called from').at(-1).match(/at (async )?deep/g).length
for (const limit of [10, 4]) {
  Error.stackTraceLimit = limit
  const depths = [
    () => deep(40, () => { throw new Error('made here') }),
    () => deep(40, () => failAsync(5)),
    () => deep(40, () => never.with({ timeout: 1 })()),
    () => deepAsync(40, () => { throw new Error('made here') }),
    () => deepAsync(40, () => fail(5)),
  ].map(async (run) => depthOf(await stackFrom(run)))
  const [made, blocked, late, madeAsync, awaited] = await Promise.all(depths)
  console.log(limit, blocked >= made, late >= made, awaited >= madeAsync - 1, Error.stackTraceLimit)
}`),
    )
    assert.equal(stdout, '10 true true true 10\n4 true true true 4\n')
  })

  test('keeps both stacks on its way through further threads, and in a clone', async (t) => {
    const { stdout } = await runFiles(
      t,
      failing(`
const sent = await stackOf(caught)
console.log(sent === caught.stack, structuredClone(caught).stack === caught.stack)
const again = await rethrow(await fail(5).catch((error) => error)).catch((error) => error)
console.log(again instanceof Quota, again.limit, again.cause instanceof RangeError)
console.log(again.stack.match(/throwQuota|--- \\w+ ran|main\\.mjs/g).join())`),
    )
    const [same, kept, path] = stdout.split('\n')
    assert.equal(same, 'true true')
    assert.equal(kept, 'true 5 true')
    assert.match(
      path,
      /^throwQuota,(?:throwQuota,)*--- fail ran,main\.mjs,--- rethrow ran,main\.mjs$/,
    )
  })

  test('arrives whole where the user bends how stacks are captured and printed', async (t) => {
    const bends = [
      'Error.stackTraceLimit = 0',
      'Error.prepareStackTrace = () => { throw new Error("no print") }',
      'Error.prepareStackTrace = (error, sites) => sites',
      'Object.defineProperty(Error, "stackTraceLimit", { get: () => 10 })',
      'Object.freeze(Error)',
    ]
    for (const bend of bends) {
      const { stdout, stderr } = await runFiles(
        t,
        failing(
          `
console.log(caught instanceof Quota, caught.message, caught.limit, caught.cause.message)
console.log(caught.stack.includes('at throwQuota'), caught.stack.includes('called from'))`,
          bend,
        ),
      )
      assert.equal(stdout, 'true more than 5 5 the disk is full\ntrue true\n', `${bend}\n${stderr}`)
    }
  })

  test('arrives whole under --frozen-intrinsics', async (t) => {
    const files = failing(`
console.log(caught.message, caught.limit, caught.stack.includes('at throwQuota'), caught.stack.includes('called from'))`)
    // Nothing can be read off the stack there.
    files['quota.mjs'] = files['quota.mjs'].replace(
      /(syncToAsync|asyncToSync)\((.*?)(, \{ name: 'fail' \})?\)$/gm,
      '$1($2, { module: import.meta.url })',
    )
    const { stdout, stderr } = await runFiles(t, files, {
      nodeArgs: ['--frozen-intrinsics', '--no-warnings'],
    })
    assert.equal(stdout, 'more than 5 5 true true\n', stderr)
  })
})
