import { parentPort } from 'node:worker_threads'
import { work } from './tasks.js'

parentPort.on('message', ({ rounds, times }) => {
  for (let time = 0; time < times; time++) work(rounds)
  parentPort.postMessage(0)
})
