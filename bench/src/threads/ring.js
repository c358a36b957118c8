import { parentPort, workerData } from 'node:worker_threads'
import { NumberRing } from './number-ring.js'
import { echoSync } from './tasks.js'

const requests = new NumberRing(workerData.requests)
const replies = new NumberRing(workerData.replies)

parentPort.on('message', () => {
  let mustWake = false
  requests.drain((value) => {
    if (replies.push(echoSync(value))) mustWake = true
  })
  if (mustWake) parentPort.postMessage(0)
})
