/**
 * Which of two threads has a call that was sent ahead: the one that it was sent to, when its turn comes there, or its maker, who
 * takes it back for another thread that has nothing to do. Whoever claims it first has it, and frees its place for another call;
 * a call that is given up before it started is claimed, too.
 *
 * Order: a call is offered *before* it is posted. Posted before, its thread would find it not on offer, and drop it.
 */
import { CLAIM_COUNT, CLAIM_SLOT } from './layout.js'

/** So many calls can be on offer at once. */
export const MOST_OFFERED = CLAIM_COUNT

export class Claims {
  readonly #slots: Int32Array

  constructor(memory: SharedArrayBuffer) {
    this.#slots = new Int32Array(memory)
  }

  /**
   * @param claim A number that is not 0.
   * @returns false where its place is still taken by another call: over-written, that one would be dropped when its turn comes.
   */
  offer(claim: number): boolean {
    return Atomics.compareExchange(this.#slots, slotOf(claim), 0, claim) === 0
  }

  /** @returns whether it was still to be had, and is the caller's now. */
  take(claim: number): boolean {
    return Atomics.compareExchange(this.#slots, slotOf(claim), claim, 0) === claim
  }
}

function slotOf(claim: number): number {
  return CLAIM_SLOT + (claim & (CLAIM_COUNT - 1))
}
