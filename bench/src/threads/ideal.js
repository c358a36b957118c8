import { parentPort } from 'node:worker_threads'
import { work } from './tasks.js'

parentPort.on('message', ({ units, times }) => {
  for (let time = 0; time < times; time++) work(units)
  parentPort.postMessage(0)
})
