/**
 * Runs what may run code of the user's. On Deno in a turn of its own: a thread that runs out of memory in a listener of a port, or in what
 * follows a promise, ends there without a word to anybody, and its caller would wait for ever. From a timer or an immediate its maker is told.
 */
import { setImmediate } from '../own-timers.js'
export const inOwnTurn: (fn: () => void) => void = process.versions.deno
  ? (fn) => void setImmediate(fn)
  : (fn) => fn()
