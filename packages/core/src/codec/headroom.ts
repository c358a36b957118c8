/**
 * Whether there is stack enough for a step of ours. Where the stack ends inside the user's code, that code gets a RangeError like any
 * other; where it ended inside ours, a message could be read or answered by half, and somebody would wait for the rest for ever. So
 * whoever may stand near the end of a stack asks before such a step, and nothing of it has happened when the answer is no.
 */
import { enterWideFrame } from './wide-frame.js'

/** @param frames Calls of a small function that must still fit. @throws RangeError as the user's own next call would. */
export function assertHeadroom(frames: number): void {
  descend(frames)
}

/**
 * Asks for the stack that a call, or another step of ours, takes: 8 KB. Each call asks, so it is the cheap way.
 *
 * @throws RangeError as the user's own next call would.
 */
export function assertRoomToCall(): void {
  enterWideFrame(false)
}

/** Calls of a small function that fit in the stack of a call whose functions have yet to be compiled: that takes stack, too. */
const TO_COMPILE = 1000
const FIRST = 20

/** Asks for the stack that one kind of call takes. */
export class Headroom {
  #granted = 0

  /**
   * For the first calls, whose functions have yet to be compiled.
   * @returns false for all later ones: nothing was asked.
   */
  assertAtFirst(): boolean {
    if (this.#granted >= FIRST) return false
    assertHeadroom(TO_COMPILE)
    this.#granted += 1
    return true
  }

  /**
   * @param isLikelyShort Whether the end of the stack is likely to be near.
   * @throws RangeError as the user's own next call would.
   */
  assert(isLikelyShort = false): void {
    if (this.assertAtFirst()) return
    if (isLikelyShort) assertHeadroom(TO_COMPILE)
    else assertRoomToCall()
  }
}

function descend(levels: number): number {
  // The addition keeps it from being a tail call, which would take no room.
  return levels === 0 ? 0 : 1 + descend(levels - 1)
}
