import { syncToAsync } from '@syncbridge/core'

const never = new Int32Array(new SharedArrayBuffer(4))

/** Blocks its thread for so many ms without using its core, as a database call would. */
export function block(ms) {
  Atomics.wait(never, 0, 0, ms)
  return ms
}

export const blockInThread = syncToAsync(block)
