import { workerData } from 'node:worker_threads'
import { SharedValue } from './shared-value.js'
import { echo } from './tasks.js'

const value = new SharedValue(workerData)
for (;;) {
  value.await(1)
  value.write(await echo(value.read()))
  value.pass(0)
}
