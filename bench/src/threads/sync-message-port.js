import { workerData } from 'node:worker_threads'
import { SyncMessagePort } from 'sync-message-port'
import { tasks } from './tasks.js'

const port = new SyncMessagePort(workerData.port)
const task = tasks[workerData.task]

port.on('message', async (value) => {
  try {
    port.postMessage({ result: await task(value) })
  } catch (error) {
    port.postMessage({ error })
  }
})
