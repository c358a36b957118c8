import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stats } from '@syncbridge/core'
import { Ledger } from '../support/latch.js'
import { runFiles } from '../support/run-in-process.js'
import { note } from './fixtures/places.js'

const href = (name) => JSON.stringify(new URL(name, import.meta.url).href)
const imports = `
import { configure, shutdown, stats } from '@syncbridge/core'
import { Latch, Ledger } from ${href('../support/latch.js')}
import { hold, note, where, whereOnPool } from ${href('./fixtures/places.js')}
`

test('row 137: idle threads do not keep the process alive', async (t) => {
  const { stdout, late, code } = await runFiles(t, {
    'main.mjs': `${imports}
await Promise.all([where(), whereOnPool()])
console.log(stats().threads.length)
`,
  })
  assert.deepEqual({ stdout, late, code }, { stdout: '2\n', late: false, code: 0 })
})

test('row 137: a call that is awaited does, and process.exit ends what is parked', async (t) => {
  const { stdout, late, code } = await runFiles(t, {
    'main.mjs': `${imports}
process.on('exit', () => console.log('exit'))
const [entered, release] = [new Latch(), new Latch()]
void hold(entered.memory, release.memory)
where().then(() => console.log('never'))
await entered.wait()
process.exit(4)
`,
  })
  assert.deepEqual({ stdout, late, code }, { stdout: 'exit\n', late: false, code: 4 })
})

test('row 138: shutdown lets running calls finish, ends the threads, and refuses further calls', async (t) => {
  const { stdout, late } = await runFiles(t, {
    'main.mjs': `${imports}
const ledger = new Ledger()
const running = note(ledger.memory, 1)
await shutdown()
await running
console.log(ledger.entries.join(), stats().threads.length, await where().catch(({ code }) => code))
`,
  })
  assert.deepEqual({ stdout, late }, { stdout: '1 0 SYNCBRIDGE_CLOSED\n', late: false })
})

test('row 139: calls are counted and timed without patching anything', async () => {
  const before = stats()
  await note(new Ledger().memory, 1)
  const { calls, run, wait } = stats()
  assert.equal(calls.made, before.calls.made + 1)
  assert.equal(calls.succeeded, before.calls.succeeded + 1)
  assert.deepEqual([run.count, wait.count], [before.run.count + 1, before.wait.count + 1])
})
