import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodeOf, runInGroup } from '../child.ts'

const MINUTE = 60_000

function run(script: string, deadline = MINUTE) {
  const output: Buffer[] = []
  return runInGroup(process.execPath, ['-e', script], {
    deadline,
    onOutput: (chunk) => output.push(chunk),
    stdio: ['ignore', 'pipe', 'pipe'],
  }).then((ending) => ({ ...ending, output: Buffer.concat(output).toString() }))
}

test('a command ends with its own exit code and all its output', async () => {
  assert.deepEqual(await run('console.log("out"); console.error("err"); process.exitCode = 3'), {
    code: 3,
    late: false,
    output: 'out\nerr\n',
  })
})

test('a command that blocks its thread is killed at its deadline', async () => {
  const block = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'
  assert.deepEqual(await run(block, 200), { code: 137, late: true, output: '' })
})

test('a process that a command leaves behind is killed with it', async () => {
  // The grandchild holds the output open, so the run could not end before the grandchild does.
  const { code, late } = await run(`
    const { spawn } = require('node:child_process')
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }).unref()
  `)
  assert.deepEqual({ code, late }, { code: 0, late: false })
})

test('a command that cannot be started rejects', async () => {
  await assert.rejects(runInGroup('/no/such/command', [], { deadline: MINUTE }), { code: 'ENOENT' })
})

test('a signal counts as 128 and its number, as in a shell', () => {
  assert.equal(exitCodeOf(null, 'SIGTERM'), 143)
  assert.equal(exitCodeOf(5, null), 5)
})
