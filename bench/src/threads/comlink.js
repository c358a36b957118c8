import { parentPort } from 'node:worker_threads'
import { expose } from 'comlink'
import { nodeEndpoint } from './comlink-endpoint.js'
import { echoSync, work } from './tasks.js'

expose({ echoSync, work }, nodeEndpoint(parentPort))
