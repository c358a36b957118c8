import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const fixture = (name) => JSON.stringify(new URL(`./fixtures/${name}.js`, import.meta.url).href)

/** A program whose part runs in a Worker that it starts itself. */
const inWorker = (body, after = '') => ({
  'main.mjs': `
import { Worker } from 'node:worker_threads'
const worker = new Worker(new URL('./worker.mjs', import.meta.url))
worker.on('error', (error) => console.log('failed', error.message))
worker.on('exit', (code) => console.log('exit', code))
${after}`,
  'worker.mjs': `
import { threadId } from 'node:worker_threads'
import * as core from '@syncbridge/core'
import * as basic from ${fixture('basic')}
import * as nested from ${fixture('nested')}
${body}`,
})

describe('a Worker of the user’s', () => {
  test('has a bridge of its own: calls, contexts and nests start from it and come back to it', async (t) => {
    const { stdout, stderr, late, code } = await runFiles(
      t,
      inWorker(`
console.log(await basic.add(1, 2), await basic.addOnPool(3, 4), basic.greet('you').startsWith('hello you'))
console.log(await new core.ThreadSensitiveContext().run(() => basic.add(5, 6)))
const down = await nested.descendSync(4)
console.log(down.filter((step) => step.startsWith('async')).every((step) => step === 'async:' + threadId))
const up = nested.climbAsync(4)
console.log(up.filter((step) => step.startsWith('sync')).every((step) => step === 'sync:' + threadId))
console.log(core.stats().threads.map(({ role }) => role).sort().join())`),
    )
    assert.deepEqual(
      { stdout, stderr, late, code },
      {
        stdout: '3 7 true\n11\ntrue\ntrue\nleased,loop,pool,shared\nexit 0\n',
        stderr: '',
        late: false,
        code: 0,
      },
    )
  })

  test('is refused functions of its own file, which its threads would run again', async (t) => {
    const { stdout, late } = await runFiles(
      t,
      inWorker(`
console.log('the worker runs')
const own = core.syncToAsync(() => 1)
await own().catch((error) => console.log(error.code))`),
    )
    assert.deepEqual(
      { stdout, late },
      { stdout: 'the worker runs\nSYNCBRIDGE_ENTRY_MODULE\nexit 0\n', late: false },
    )
  })

  test('can be terminated while it is blocked, and takes its threads along', async (t) => {
    const { stdout, late } = await runFiles(
      t,
      inWorker(
        `
import { parentPort } from 'node:worker_threads'
import { neverAnswered } from ${fixture('leaving')}
basic.greet('warm')
parentPort.postMessage('blocking')
neverAnswered()`,
        `worker.once('message', () => worker.terminate())`,
      ),
    )
    assert.deepEqual({ stdout, late }, { stdout: 'exit 1\n', late: false })
  })

  test('beside the main thread’s bridge disturbs it not', async (t) => {
    const { stdout, late } = await runFiles(
      t,
      inWorker(
        `console.log((await Promise.all(Array.from({ length: 50 }, (_, n) => basic.add(n, 1)))).length)`,
        `
import { add } from ${fixture('basic')}
const sums = await Promise.all(Array.from({ length: 50 }, (_, n) => add(n, 1)))
if (sums.some((sum, n) => sum !== n + 1)) console.log('wrong')`,
      ),
    )
    assert.deepEqual({ stdout, late }, { stdout: '50\nexit 0\n', late: false })
  })
})
