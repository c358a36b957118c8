import { runAsWorker } from 'synckit'
import { size } from './tasks.js'

runAsWorker(size)
