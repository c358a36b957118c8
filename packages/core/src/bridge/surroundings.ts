/** What a call takes along of the code that makes it, and where it brings back what it changed. */
import { NO_CHANGES } from '../codec/clone-failure.js'
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
      locals: localsOf(cell, codec),
      storages: stores.wire,
    },
    bringBack({ locals, storages }) {
      if (locals.keys.length > 0 || locals.deleted.length > 0)
        cell.apply(codec.decodeLocals(locals))
      if (storages.length > 0) stores.apply(storages)
    },
  }
}

/** The same object as long as nothing changes: the channel sends it once, and then says that it is the same. */
function localsOf(cell: Cell, codec: Codec): WireLocals {
  if (cell.isEmpty) return NO_CHANGES.locals
  if (cell.sent) return cell.sent
  const locals = codec.encodeLocals(cell.snapshot())
  if (locals.isFlat) cell.sent = locals
  return locals
}
