import { threadId } from 'node:worker_threads'
import { asyncToSync, syncToAsync } from '@syncbridge/core'

/** Plain functions beside the service: how long they block is what the tests need, nothing more. */
export const thread = syncToAsync(function thread(): number {
  return threadId
})

export const block = syncToAsync(function block(ms: number): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  return threadId
})

const rate = asyncToSync(async function rate(): Promise<[thread: number, cents: number]> {
  await Promise.resolve()
  return [threadId, 2]
})

/** Sync code that blocks for async code. @returns where each ran, and the sum. */
export const convert = syncToAsync(function convert(cents: number): number[] {
  const [loop, factor] = rate()
  return [threadId, loop, cents * factor]
})
