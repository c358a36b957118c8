/**
 * Each level of nesting stands on the stack of a blocked thread. Where the stack ends inside the user's code, that code gets a
 * RangeError like any other; where it ended inside ours, a message could be read or answered by half, and somebody would
 * wait for the rest for ever. So a thread that is blocked very often looks, before it blocks once more, whether there is room.
 */
const DEEP = 64
/** Calls of a small function that must still fit: some ten times what one more level of ours takes. */
const ROOM = 1000

/** @throws RangeError as the user's own next call would. */
export function assertHeadroom(depth: number): void {
  if (depth >= DEEP) descend(ROOM)
}

function descend(levels: number): number {
  // The addition keeps it from being a tail call, which would take no room.
  return levels === 0 ? 0 : 1 + descend(levels - 1)
}
