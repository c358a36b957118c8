import { TransferError } from '../errors.js'
import type { FunctionRef } from '../protocol.js'
import { printRef } from '../registry/function-ref.js'

/**
 * So many calls are made inside each other at most, by code of the user's that runs while the values of the outer ones are read. Few: a
 * getter that makes two calls doubles them with each level.
 */
const MOST_INSIDE = 4

/**
 * The calls that this thread is making now: one, or more where a getter or a codec of the user's makes a call while a value of another
 * call is read. A `Local` is taken along by every call; if its value makes a call when it is read, that call reads it again, without end.
 */
export class CallsInTheMaking {
  #count = 0

  /**
   * To be called before any value of a call is read; `made` must follow.
   *
   * @throws TransferError (SYNCBRIDGE_TRANSFER) where too many are made inside each other.
   */
  begin(ref: FunctionRef): void {
    if (this.#count >= MOST_INSIDE) {
      const fn = printRef(ref)
      throw new TransferError(
        `${fn} was called while the values of ${MOST_INSIDE} other calls were being read, each inside the other. A getter or codec that ` +
          'makes a call is run again by that call, where it belongs to a Local or to a storage that is taken along: make the call elsewhere.',
        { function: fn },
      )
    }
    this.#count += 1
  }

  /** All values of the call have been read, or it is given up. */
  made(): void {
    this.#count -= 1
  }
}
