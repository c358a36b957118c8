import { parentPort } from 'node:worker_threads'
import { tasks } from './tasks.js'

parentPort.on('message', ({ id, task, value }) => {
  parentPort.postMessage({ id, value: tasks[task](value) })
})
