import workerpool from 'workerpool'
import { echoSync, work } from './tasks.js'

workerpool.worker({ echoSync, work })
