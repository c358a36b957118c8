import { runAsWorker } from 'synckit'
import { fail } from './tasks.js'

runAsWorker(fail)
