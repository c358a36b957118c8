import { parentPort } from 'node:worker_threads'
import './bridged.js'
import { echoSync } from './tasks.js'

parentPort.on('message', (value) => parentPort.postMessage(echoSync(value)))
