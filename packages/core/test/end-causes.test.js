/** Which error, if any, a thread is said to have ended by: the one that has ended it, and none that somebody had handled. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

/** Each handles an error whose message is `handled` and then sets `globalThis.isHandled`. */
const handlings = {
  'a listener': `process.on('uncaughtException', note); setTimeout(fail)`,
  'a listener that is there for one error': `process.once('uncaughtException', note); setTimeout(fail)`,
  'a listener that another listener adds in time': `
process.once('uncaughtExceptionMonitor', () => process.once('uncaughtException', note)); setTimeout(fail)`,
  'a domain': `
const own = process.getBuiltinModule('node:domain').create(); own.on('error', note); own.run(() => setTimeout(fail))`,
  'a capture callback': `
process.setUncaughtExceptionCaptureCallback((error) => { process.setUncaughtExceptionCaptureCallback(null); note(error) })
setTimeout(fail)`,
  'a listener for rejections': `process.on('unhandledRejection', note); Promise.reject(new Error('handled'))`,
  'a handler that a promise gets too late': `
process.once('unhandledRejection', () => undefined)
const rejected = Promise.reject(new Error('handled'))
setTimeout(() => rejected.catch(note), 1)`,
}

/** @param verb `syncToAsync`, or `asyncToSync`: then the main thread is blocked when the thread ends. */
const files = (handling, end, verb = 'syncToAsync') => ({
  'main.mjs': `
import * as calls from './calls.mjs'
await calls.handle()
while (!(await calls.hasHandled())) await new Promise(setImmediate)
try {
  await calls.${end}
} catch ({ exitCode, cause, message }) {
  console.log([exitCode, cause?.message ?? 'no cause', message.includes('process.exit()')].join(', '))
}`,
  'calls.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const bridged = (fn) => ${verb === 'syncToAsync' ? 'syncToAsync(fn)' : 'asyncToSync(async (...args) => fn(...args))'}
const fail = () => { throw new Error('handled') }
const note = (error) => { if (error.message === 'handled') globalThis.isHandled = true }
const atLast = (then) => {
  for (const name of ['uncaughtException', 'unhandledRejection']) process.removeAllListeners(name)
  then()
  return new Promise(() => undefined)
}
const failSoon = () => setImmediate(() => { throw new RangeError('the last one') })
export const handle = bridged(() => { ${handling} })
export const hasHandled = bridged(() => globalThis.isHandled === true)
export const exit = bridged((code) => process.exit(code))
export const failAtLast = bridged(() => atLast(failSoon))
export const rejectAtLast = bridged(() => atLast(() => Promise.reject(new RangeError('the last one'))))
export const failInListener = bridged(() => atLast(() => {
  process.on('uncaughtException', () => { throw new Error('the second one') })
  failSoon()
}))
export const exitInListener = bridged(() => atLast(() => {
  process.on('uncaughtException', () => process.exit(4))
  failSoon()
}))`,
})

describe('the cause of a thread’s end', () => {
  for (const [title, handling] of Object.entries(handlings)) {
    for (const verb of ['syncToAsync', 'asyncToSync']) {
      test(`is not an error that was handled before, by ${title} (${verb})`, async (t) => {
        const { stdout, late } = await runFiles(t, files(handling, 'exit(7)', verb))
        assert.deepEqual({ stdout, late }, { stdout: '7, no cause, true\n', late: false })
      })
    }
  }

  for (const [how, end, expected] of [
    ['an error that nobody handles', 'failAtLast()', '1, the last one, false\n'],
    ['a rejection that nobody handles', 'rejectAtLast()', '1, the last one, false\n'],
    ['none where a listener ends the thread', 'exitInListener()', '4, no cause, true\n'],
  ]) {
    test(`is ${how}, after another error was handled`, async (t) => {
      const { stdout, late } = await runFiles(t, files(handlings['a listener'], end, 'asyncToSync'))
      assert.deepEqual({ stdout, late }, { stdout: expected, late: false })
    })
  }

  test('is not the error that a listener failed to handle', async (t) => {
    const failing = files(handlings['a listener'], 'failInListener()', 'asyncToSync')
    const { stdout, late } = await runFiles(t, failing)
    // Node tells the thread neither of the second error nor of its exit, and a blocked maker hears of it in no other way.
    assert.deepEqual({ stdout, late }, { stdout: ', no cause, false\n', late: false })
  })
})
