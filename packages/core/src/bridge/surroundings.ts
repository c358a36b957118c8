/** What a call takes along of the code that makes it, and where it brings back what it changed. */

import { CarriedStores } from '../call/carried-stores.js'
import { NO_CHANGES } from '../codec/clone-failure.js'
import { Codec } from '../codec/codec.js'
import type { Captured } from '../context/carriers.js'
import type { Cell } from '../context/cell.js'
import type { Scope } from '../context/scope.js'
import type { WireChanges, WireLocals, WireStorage } from '../protocol.js'
import type { Runtime } from '../runtime/runtime.js'

export class Surroundings {
  readonly context: string | undefined
  readonly locals: WireLocals
  readonly storages: readonly WireStorage[]
  readonly #codec: Codec
  readonly #cell: Cell
  readonly #stores: Captured

  /** @param cell The values to take: by default those of the scope. */
  constructor(here: Runtime, scope: Scope, codec: Codec, cell: Cell = scope.cell) {
    this.#codec = codec
    this.#cell = cell
    const values = () =>
      new CarriedStores(codec, () => new Codec(here.registry, codec.ref, codec.iterators))
    this.#stores = here.carriers.capture(values, scope.storages)
    this.locals = localsOf(cell, codec)
    this.storages = this.#stores.wire
    // One that has ended is in force nowhere: work that outlives it may open another.
    const id = scope.context?.id
    this.context = id !== undefined && here.open.hasEnded(id, here.address) ? undefined : id
  }

  /** Also after an error: what a call did to its surroundings has happened. */
  bringBack({ locals, storages }: WireChanges): void {
    if (locals.keys.length > 0 || locals.deleted.length > 0)
      this.#cell.apply(this.#codec.decodeLocals(locals), this.locals.keys)
    if (storages.length > 0) this.#stores.apply(storages)
  }
}

/** With the same list of keys as long as nothing is set: the channel sends it once, and then only what may have changed inside. */
function localsOf(cell: Cell, codec: Codec): WireLocals {
  if (cell.isEmpty) return NO_CHANGES.locals
  if (cell.sent) return cell.sent
  const locals = codec.encodeLocals(cell.snapshot())
  if (locals.isFlat) cell.sent = locals
  return locals
}
