import { threadId } from 'node:worker_threads'
import { syncToAsync } from '@syncbridge/core'

/** Plain functions beside the service: how long they block is what the tests need, nothing more. */
export const thread = syncToAsync(function thread(): number {
  return threadId
})

export const block = syncToAsync(function block(ms: number): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  return threadId
})
