import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const entry = new URL('../fixtures/plain-thread.js', import.meta.url)

/** A thread of the user's own, which the bridge knows nothing of. */
export function startPlainThread(module, name, args = []) {
  return new Worker(entry, { workerData: { module: String(module), name, args } })
}

/** Calls an export of a module in such a thread; resolves to its result and the thread's id. */
export async function inPlainThread(module, name, ...args) {
  const worker = startPlainThread(module, name, args)
  const { threadId: thread } = worker
  const [{ value, error }] = await once(worker, 'message')
  await worker.terminate()
  if (error) throw error
  return { value, thread }
}
