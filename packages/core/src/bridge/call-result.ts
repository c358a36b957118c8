/** From a settlement to what the caller gets: a value, or an error as an instance of its class with both stacks. */
import type { Settlement } from '../call/call.js'
import { orAfter } from '../cancellation/timer.js'
import type { Codec } from '../codec/codec.js'
import { joinLate } from '../codec/late-stack.js'
import { foldStack, stackOf } from '../codec/stack.js'
import { SyncBridgeError } from '../errors.js'
import type { FunctionRef, Outcome } from '../protocol.js'
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
}

/** Settles the promise of an awaited call: with a plain value at once, with anything else after some microtasks. */
export function giveResult(awaited: Awaited): void {
  const { surroundings, settlement, resolve } = awaited
  if ('failure' in settlement) return resolve(throwLater(settlement.failure))
  const { outcome } = settlement
  try {
    surroundings.bringBack(outcome.changes)
  } catch (error) {
    return resolve(throwLater(error))
  }
  if (outcome.ok && !outcome.value.marks) resolve((outcome.value.value as unknown[])[0])
  else resolve(decodeLater(awaited, outcome))
}

/**
 * Until the promise of the async function that calls this is tied to the one that the caller awaits: only from then on does a
 * stack that is captured there lead to the caller.
 */
async function tied(): Promise<void> {
  await undefined
  await undefined
}

async function throwLater(failure: unknown): Promise<never> {
  await tied()
  throw atCaller(failure)
}

async function decodeLater(
  { codec, ref }: Awaited,
  outcome: Exclude<Outcome, { ok: 'refused' }>,
): Promise<unknown> {
  const wire = outcome.ok ? outcome.value : outcome.error
  // A module that is still being evaluated may be waiting for this very call: not for ever.
  if (!codec.isReadyFor(wire)) await orAfter(codec.prepare(wire), NAMESPACE_DEADLINE)
  if (outcome.ok) return codec.decode(wire)
  await tied()
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
  if ('failure' in settlement) throw atCaller(settlement.failure)
  const { outcome } = settlement
  // Also after an error: what a call did to its surroundings has happened.
  surroundings.bringBack(outcome.changes)
  if (outcome.ok) return codec.decode(outcome.value)
  throw withBothStacks(codec.decode(outcome.error), ref)
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
