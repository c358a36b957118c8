/** What a call takes along of the code that makes it, and where it brings back what it changed. */
import type { Codec } from '../codec/codec.js'
import type { Cell } from '../context/cell.js'
import type { Scope } from '../context/scope.js'
import type { WireChanges, WireLocals, WireStorage } from '../protocol.js'
import type { Runtime } from '../runtime/runtime.js'

export interface Surroundings {
  readonly wire: {
    readonly context: string | undefined
    readonly locals: WireLocals
    readonly storages: readonly WireStorage[]
  }
  /** Also after an error: what a call did to its surroundings has happened. */
  bringBack(changes: WireChanges): void
}

/** @param cell The values to take: by default those of the scope. */
export function takeAlong(
  here: Runtime,
  scope: Scope,
  codec: Codec,
  cell: Cell = scope.cell,
): Surroundings {
  const stores = here.carriers.capture(scope.storages)
  return {
    wire: {
      // One that has ended is in force nowhere: work that outlives it may open another.
      context:
        scope.context !== undefined && here.open.hasEnded(scope.context, here.address)
          ? undefined
          : scope.context,
      locals: codec.encodeLocals(cell.snapshot()),
      storages: stores.wire,
    },
    bringBack(changes) {
      cell.apply(codec.decodeLocals(changes.locals))
      stores.apply(changes.storages)
    },
  }
}
