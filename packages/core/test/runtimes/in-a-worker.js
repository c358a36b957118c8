// In a Worker of the user's own, which is the root of a tree of threads of its own.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { shutdown } from '@syncbridge/core'
import { add, addLater } from './functions.js'

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url))
  const [answer] = await once(worker, 'message')
  assert.deepEqual(answer, [3, 7])
  await worker.terminate()
} else {
  const answer = [await add(1, 2), addLater(3, 4)]
  await shutdown()
  parentPort.postMessage(answer)
}
