import { parentPort, workerData } from 'node:worker_threads'
import { SharedValue } from './shared-value.js'
import { echo } from './tasks.js'

const value = new SharedValue(workerData)
parentPort.on('message', async () => {
  value.write(await echo(value.read()))
  value.pass(0)
})
