import type { Worker } from 'node:worker_threads'

type ReadError = (this: Worker, copy: unknown) => void

/**
 * Makes a thread's last error an event `error` of its worker even where it can't be read.
 *
 * Of an error that a listener on the thread throws (of `uncaughtException` or `uncaughtExceptionMonitor`, or the capture callback) only
 * Node's own copy comes here (see `end-watch.ts`). Of a value nested thousands deep, reading the copy throws, in a listener of Node's
 * where nobody could catch that: it would end this process. The method that reads it is internal to Node. Where it has another name
 * one day, all is as without this.
 */
export function survivesUnreadableEnd(worker: Worker): void {
  const inherited = Object.getPrototypeOf(worker)
  const key = Object.getOwnPropertySymbols(inherited).find(
    ({ description }) => description === 'kOnErrorMessage',
  )
  const read = key && (Reflect.get(inherited, key) as ReadError | undefined)
  if (!key || !read) return
  const readOrTell: ReadError = function (copy) {
    try {
      read.call(this, copy)
    } catch (error) {
      this.emit('error', new Error('The error that ended it could not be read', { cause: error }))
    }
  }
  Object.defineProperty(worker, key, { value: readOrTell, configurable: true })
}
