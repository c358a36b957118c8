/** A bare MessagePort, one message a call and one a reply. */
import { Worker } from 'node:worker_threads'
import type { Contender } from './contender.ts'

export const contender: Contender = {
  awaited(task) {
    const thread = new Worker(new URL('../threads/port.js', import.meta.url))
    const settlers = new Map<number, (value: unknown) => void>()
    let calls = 0
    thread.on('message', ({ id, value }: { id: number; value: unknown }) => {
      settlers.get(id)?.(value)
      settlers.delete(id)
    })
    return (value) =>
      new Promise((resolve) => {
        const id = calls++
        settlers.set(id, resolve)
        thread.postMessage({ id, task, value })
      })
  },
}
