/** Processes that have a parent, or children: whoever goes first, each ends as its program has it, and none stays behind. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const fixture = JSON.stringify(new URL('./fixtures/leaving.js', import.meta.url).href)
const latches = JSON.stringify(new URL('./support/latch.js', import.meta.url).href)

/** What the child has: threads of every kind, and as its parent goes, nothing to do, or calls that never end. */
const doings = {
  idle: '',
  busy: `
const running = [new Latch(), new Latch(), new Latch()]
const [one, two, three] = running.map(({ memory }) => memory)
calls.parked(one).catch(() => {})
calls.spinning(two).catch(() => {})
new ThreadSensitiveContext().run(() => calls.blockedForEver(three)).catch(() => {})
await Promise.all(running.map((latch) => latch.wait()))`,
}

const childProgram = (doing, more = '') => `
import { shutdown, ThreadSensitiveContext } from '@syncbridge/core'
import * as calls from ${fixture}
import { Latch } from ${latches}
// Should it stay behind, then not for good: whoever started it sees that it was late.
setTimeout(() => process.exit(99), 40_000).unref()
await calls.add(1, 2)
await calls.addOnPool(1, 2)
calls.greet('you')
await new ThreadSensitiveContext().run(() => calls.add(1, 2))
${doings[doing]}
${more}
process.send('there')
`
/** Says how the child ended; 'there' is when it does what it is to do. */
const parents = {
  'a worker of a cluster': (then) => `
import cluster from 'node:cluster'
cluster.setupPrimary({ exec: new URL('./child.mjs', import.meta.url).pathname })
const worker = cluster.fork()
worker.on('message', () => { ${then} })
worker.on('exit', (code, signal) => console.log(code, signal))`,
  'a forked child': (then) => `
import { fork } from 'node:child_process'
const worker = fork(new URL('./child.mjs', import.meta.url))
worker.on('message', () => { ${then} })
worker.on('exit', (code, signal) => console.log(code, signal))`,
}

async function family(t, parent, then, doing, more) {
  const { stdout, stderr, late, code, signal } = await runFiles(
    t,
    { 'main.mjs': parents[parent](then), 'child.mjs': childProgram(doing, more) },
    // Until the output is closed: by the child, too, which has it from its parent.
    { deadline: 30_000 },
  )
  assert.deepEqual({ stderr, late }, { stderr: '', late: false })
  return { stdout, code, signal }
}

for (const parent of Object.keys(parents)) {
  describe(parent, () => {
    test('ends by itself when its parent closes the channel and it has nothing to do', async (t) => {
      const { stdout, code } = await family(t, parent, 'worker.disconnect()', 'idle')
      assert.deepEqual({ stdout, code }, { stdout: '0 null\n', code: 0 })
    })

    test('finishes a call that runs when its parent closes the channel, and ends with the code that it has chosen', async (t) => {
      const { stdout, code } = await family(
        t,
        parent,
        'worker.disconnect()',
        'idle',
        `
const last = calls.slow(200)
process.on('disconnect', async () => {
  const how = await last
  console.log(how)
  process.exitCode = 5
})`,
      )
      assert.deepEqual({ stdout, code }, { stdout: 'timed-out\n5 null\n', code: 0 })
    })

    test('ends at once when it is killed while calls run', async (t) => {
      const { stdout, code } = await family(t, parent, 'worker.kill()', 'busy')
      assert.deepEqual({ stdout, code }, { stdout: 'null SIGTERM\n', code: 0 })
    })

    test('ends at once with the code that it gives to process.exit while calls run', async (t) => {
      const exit = `setImmediate(() => process.exit(7))`
      const { stdout, code } = await family(t, parent, '', 'busy', exit)
      assert.deepEqual({ stdout, code }, { stdout: '7 null\n', code: 0 })
    })

    test('drains on SIGTERM where it says so, and ends what does not end by itself', async (t) => {
      const drain = `
process.once('SIGTERM', async () => {
await shutdown({ timeout: 100 })
process.exit(3)
})`
      const { stdout, code } = await family(t, parent, `worker.kill('SIGTERM')`, 'busy', drain)
      assert.deepEqual({ stdout, code }, { stdout: '3 null\n', code: 0 })
    })

    test('does not outlive a parent that is killed while calls run', async (t) => {
      // A worker of a cluster ends of it by itself. Others are told, and it is theirs to go.
      const told =
        parent === 'a forked child' ? `process.on('disconnect', () => process.exit(4))` : ''
      const kill = `process.kill(process.pid, 'SIGKILL')`
      const { signal } = await family(t, parent, kill, 'busy', told)
      assert.equal(signal, 'SIGKILL')
    })

    test('does not outlive a parent that is killed, when it has nothing to do', async (t) => {
      const kill = `process.kill(process.pid, 'SIGKILL')`
      const { signal } = await family(t, parent, kill, 'idle')
      assert.equal(signal, 'SIGKILL')
    })
  })
}

test('the primary of a cluster and its workers each have threads of their own, and all end', async (t) => {
  const { stdout, stderr, late, code } = await runFiles(
    t,
    {
      'main.mjs': `
import cluster from 'node:cluster'
import * as calls from ${fixture}
console.log(await calls.add(1, 2), calls.greet('primary'))
cluster.setupPrimary({ exec: new URL('./child.mjs', import.meta.url).pathname })
const ended = await Promise.all(Array.from({ length: 3 }, () => new Promise((resolve) => {
  const worker = cluster.fork()
  worker.on('message', () => worker.disconnect())
  worker.on('exit', (code, signal) => resolve([code, signal].join()))
})))
console.log(ended.join(' '), await calls.addOnPool(3, 4))`,
      'child.mjs': childProgram('idle'),
    },
    { deadline: 30_000 },
  )
  assert.deepEqual(
    { stdout, stderr, late, code },
    { stdout: '3 hello primary\n0, 0, 0, 7\n', stderr: '', late: false, code: 0 },
  )
})
