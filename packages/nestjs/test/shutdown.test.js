import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

test('an application that is told to end answers the calls in flight, ends its containers and then itself', async (t) => {
  const program = fileURLToPath(new URL('./fixtures/in-flight.main.js', import.meta.url))
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async () => (await lines.next()).value
  const url = await next()

  const answer = fetch(url)
  assert.equal(await next(), 'working')
  child.kill('SIGTERM')

  const response = await answer
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), ['done', 'done'])
  assert.equal(await next(), 'working')
  assert.equal(await next(), 'shut down')
  // Nest has sent itself the signal once more, as one ends by it.
  assert.deepEqual(await ended, [null, 'SIGTERM'])
})
