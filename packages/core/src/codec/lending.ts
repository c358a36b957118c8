/**
 * What one call lends to the other side, functions and iterators, and what it gets in return. What was lent is held until the call
 * has ended, and all that came in return is held no longer: that closes over it.
 */

import type { FunctionRef, ThreadAddress, WireHandle } from '../protocol.js'
import { isAsyncFunction } from '../registry/async-functions.js'
import type { Giving, Handles, IteratorKind } from '../registry/handles.js'
import { isAsyncIterator } from '../registry/iterators.js'
import { assertRoomToCall } from './headroom.js'
import { stuck } from './replace.js'

export class Lending {
  readonly #handles: Handles
  readonly #ref: FunctionRef | undefined
  readonly #iterators: IteratorKind
  readonly #holder: ThreadAddress | undefined
  readonly #terms: Giving
  #lent: number[] | undefined = undefined
  /** How many came in return, and are still held. */
  #borrowed = 0

  /**
   * @param ref The function that is called, where there is one.
   * @param iterators How those that come from elsewhere appear here.
   * @param holder On the side that answers: who gets what the answer gives away.
   * @param terms What the functions that the call lends run in, and whose module their errors are of.
   */
  constructor(
    handles: Handles,
    ref: FunctionRef | undefined,
    iterators: IteratorKind,
    holder: ThreadAddress | undefined,
    terms: Giving = {},
  ) {
    this.#handles = handles
    this.#ref = ref
    this.#iterators = iterators
    this.#holder = holder
    this.#terms = terms
  }

  /** @throws TransferError, without a path, where it belongs to no call: it would be held for ever. */
  give(value: object): WireHandle {
    if (!this.#ref) throw stuck('', 'a function, where there is no call that it belongs to')
    // Cut off in the middle, it would be held by nobody's call, and so for ever.
    assertRoomToCall()
    const isAsync = isAsyncFunction(value) || isAsyncIterator(value)
    this.#lent ??= []
    const handle = this.#handles.give(value, isAsync, this.#holder, this.#terms)
    // What lives elsewhere has its number there: here, that is another's.
    if (!this.#handles.isOwn(handle)) return handle
    this.#lent.push(handle.id)
    return handle
  }

  take(handle: WireHandle): unknown {
    const terms = { iterators: this.#iterators, isOurs: this.#holder === undefined }
    if (!terms.isOurs || !this.#lent || this.#handles.isOwn(handle))
      return this.#handles.take(handle, terms)
    this.#borrowed += 1
    const onOver = () => {
      this.#borrowed -= 1
      this.release()
    }
    return this.#handles.take(handle, { ...terms, onOver })
  }

  /** The call has ended, or what it would have lent was not sent. */
  release(): void {
    const lent = this.#lent
    if (!lent || this.#borrowed > 0) return
    // One after the other: where that is cut off, near the end of a stack, the next release goes on.
    for (let id = lent.at(-1); id !== undefined; id = lent.at(-1)) {
      this.#handles.release(id, this.#holder)
      lent.pop()
    }
    this.#lent = undefined
  }
}
