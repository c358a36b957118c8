/** 50 ms of blocking, in two kinds; each as it is and bridged. */
import { pbkdf2Sync } from 'node:crypto'
import { syncToAsync } from '@syncbridge/core'

const BLOCKING_MS = 50

/** As a synchronous driver waits for its database. */
function wait(): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKING_MS)
  return BLOCKING_MS
}

/** As hashing, parsing or rendering take the processor. */
function compute(): number {
  const end = performance.now() + BLOCKING_MS
  while (performance.now() < end) pbkdf2Sync('secret', 'salt', 200, 32, 'sha256')
  return BLOCKING_MS
}

export const kinds = { computing: compute, waiting: wait }

export type Kind = keyof typeof kinds

export const bridged = { computing: syncToAsync(compute), waiting: syncToAsync(wait) }
