import { ThreadWorker } from 'poolifier'
import { echoSync, work } from './tasks.js'

export default new ThreadWorker({ echoSync, work })
