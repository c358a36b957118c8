/** Addresses are paths in the tree of threads: `0/3` was made by `0`. */
import type { ThreadAddress } from './protocol.js'

/** The thread that made it; an empty text for the root of a tree. */
export function makerOf(address: ThreadAddress): ThreadAddress {
  return address.slice(0, Math.max(0, address.lastIndexOf('/')))
}

/** Whether it is that thread, or one that stands below it in the tree. */
export function isWithin(address: ThreadAddress, thread: ThreadAddress): boolean {
  return address === thread || address.startsWith(`${thread}/`)
}
