// Ends with 1, and the error is told.
import { take } from './functions.js'

await take('tea')
