/** From a settlement to what the caller gets: a value, or an error as an instance of its class with both stacks. */
import type { Settlement } from '../call/call.js'
import { orAfter } from '../cancellation/timer.js'
import type { Codec } from '../codec/codec.js'
import { joinLate } from '../codec/late-stack.js'
import { foldStack, stackOf } from '../codec/stack.js'
import { SyncBridgeError } from '../errors.js'
import type { FunctionRef, WireValue } from '../protocol.js'
import { printRef } from '../registry/function-ref.js'
import type { Surroundings } from './surroundings.js'

/** Longest wait for a module whose exports may hold an error's class, in ms. */
const NAMESPACE_DEADLINE = 250

/** An awaited call that has been settled, and the promise that waits for it. */
interface Awaited {
  readonly surroundings: Surroundings
  readonly codec: Codec
  readonly ref: FunctionRef
  readonly settlement: Settlement
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}

export function giveResult(awaited: Awaited): void {
  const { surroundings, settlement, resolve, reject } = awaited
  try {
    const { ok, wire } = answerOf(surroundings, settlement)
    if (ok && !wire.marks) resolve((wire.value as unknown[])[0])
    else decodeLater(awaited, ok, wire).then(resolve, reject)
  } catch (error) {
    reject(error)
  }
}

async function decodeLater(
  { codec, ref }: Awaited,
  ok: boolean,
  wire: WireValue,
): Promise<unknown> {
  // A module that is still being evaluated may be waiting for this very call: not for ever.
  if (!codec.isReadyFor(wire)) await orAfter(codec.prepare(wire), NAMESPACE_DEADLINE)
  if (ok) return codec.decode(wire)
  throw withBothStacks(codec.decode(wire), ref)
}

export function resultOfBlocking(
  surroundings: Surroundings,
  codec: Codec,
  ref: FunctionRef,
  settlement: Settlement | undefined,
): unknown {
  if (!settlement) {
    throw new SyncBridgeError(`${printRef(ref)} stopped waiting without an answer`, {
      function: printRef(ref),
    })
  }
  const { ok, wire } = answerOf(surroundings, settlement)
  if (ok) return codec.decode(wire)
  throw withBothStacks(codec.decode(wire), ref)
}

/** The answer, still on the wire; what the call changed around it is here in both cases. */
function answerOf(
  surroundings: Surroundings,
  settlement: Settlement,
): { ok: boolean; wire: WireValue } {
  if ('failure' in settlement) throw atCaller(settlement.failure)
  const { outcome } = settlement
  surroundings.bringBack(outcome.changes)
  return { ok: outcome.ok, wire: outcome.ok ? outcome.value : outcome.error }
}

function withBothStacks(error: unknown, ref: FunctionRef): unknown {
  if (!(error instanceof Error)) return error
  // Captured now and not at the call: a stack costs more than the call, and the waiting functions are on this one.
  joinLate(error, `${ref.name} ran in another thread`)
  return error
}

/** An error of our own was made in some callback: its stack begins where the caller waits. The user's are left alone. */
function atCaller(failure: unknown): unknown {
  if (failure instanceof SyncBridgeError) {
    Error.captureStackTrace(failure, atCaller)
    const stack = stackOf(failure)
    if (stack !== '') failure.stack = foldStack(stack)
  }
  return failure
}
