import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Tally } from './tally.js'

/** A server on loopback, on a thread that no bridge knows; it goes when the test has ended. */
export async function keepAliveServer(t) {
  const connections = new Tally()
  const worker = new Worker(new URL('../fixtures/keep-alive-server.js', import.meta.url), {
    workerData: { connections: connections.memory },
  })
  t.after(() => worker.terminate())
  const [port] = await once(worker, 'message')
  return {
    url: `http://127.0.0.1:${port}/`,
    connections,
    closeIdleConnections: () => worker.postMessage('close'),
  }
}
