/** From a settlement to what the caller gets: a value, or an error as an instance of its class with both stacks. */
import type { Settlement } from '../call/call.js'
import { orAfter } from '../cancellation/timer.js'
import { asResult, asThrown, type Codec } from '../codec/codec.js'
import { joinLate } from '../codec/late-stack.js'
import { isFrame } from '../codec/plain-text.js'
import { foldStack, stackOf } from '../codec/stack.js'
import { captureBeyondOwn } from '../codec/stack-capture.js'
import { SyncBridgeError } from '../errors.js'
import type { FunctionRef, Outcome, WireHandle, WireValue } from '../protocol.js'
import { printRef } from '../registry/function-ref.js'
import type { Surroundings } from './surroundings.js'
import type { Trace } from './trace.js'

/** Longest wait for a module whose exports may hold an error's class, in ms. */
const NAMESPACE_DEADLINE = 250

/** What is called: a function by its name, or what a handle leads to; and whether it is a step of an iterator. */
export interface Callee {
  readonly ref: FunctionRef
  readonly handle?: WireHandle | undefined
  /** What stands for it here. It is held until the call has been settled. */
  readonly stub?: object | undefined
  readonly isStep?: boolean | undefined
  /** The instance that the function runs on: it goes with the arguments, as the first of them. */
  readonly self?: object | undefined
  /** Where somebody listens. */
  readonly trace?: Trace | undefined
  /** Where it was called, on an engine that can't tell later. */
  readonly calledAt?: Error | undefined
}

/** An awaited call that has been settled, and the promise that waits for it. */
interface Awaited {
  readonly surroundings: Surroundings
  readonly codec: Codec
  readonly callee: Callee
  readonly settlement: Settlement
  readonly resolve: (value: unknown) => void
}

/** Settles the promise of an awaited call: with a plain value at once, with anything else after some microtasks. */
export function giveResult(awaited: Awaited): void {
  const { surroundings, settlement, resolve, codec, callee } = awaited
  if ('failure' in settlement) {
    codec.release()
    return resolve(throwLater(settlement.failure, callee))
  }
  const { outcome } = settlement
  try {
    surroundings.bringBack(outcome.changes)
  } catch (error) {
    codec.release()
    return resolve(throwLater(error, callee))
  }
  if (!outcome.ok || outcome.value.marks || outcome.value.deep)
    return resolve(decodeLater(awaited, outcome))
  codec.release()
  const [value] = outcome.value.value as unknown[]
  resolve(callee.isStep ? { value, done: false } : value)
}

/**
 * Until the promise of the async function that calls this is tied to the one that the caller awaits: only from then on does a
 * stack that is captured there lead to the caller.
 */
async function tied(): Promise<void> {
  await undefined
  await undefined
}

async function throwLater(failure: unknown, { calledAt }: Callee): Promise<never> {
  await tied()
  throw atCaller(failure, calledAt)
}

async function decodeLater(
  { codec, callee }: Awaited,
  outcome: Exclude<Outcome, { ok: 'refused' }>,
): Promise<unknown> {
  const wire = outcome.ok ? outcome.value : outcome.error
  try {
    // A module that is still being evaluated may be waiting for this very call: not for ever.
    if (!codec.isReadyFor(wire)) await orAfter(codec.prepare(wire), NAMESPACE_DEADLINE)
    if (outcome.ok) return decoded(codec, callee, wire)
    await tied()
    throw withBothStacks(codec.decode(wire, undefined, asThrown), callee)
  } finally {
    // Not before: it may be one of them that comes back.
    codec.release()
  }
}

function decoded(codec: Codec, { isStep }: Callee, wire: WireValue): unknown {
  const value = codec.decode(wire, undefined, asResult)
  return isStep ? { value, done: wire.marks?.some(([, kind]) => kind === 'done') ?? false } : value
}

/**
 * What a blocking call threw, handed on as a value until the last moment: the engine counts how often a function returns, and one that
 * always ends by throwing stays in the interpreter for ever.
 */
export class Thrown {
  constructor(readonly error: unknown) {}
}

/** @returns what the caller gets, or what is to be thrown there. */
export function resultOfBlocking(
  surroundings: Surroundings,
  codec: Codec,
  callee: Callee,
  settlement: Settlement | undefined,
): unknown {
  if (!settlement) {
    const label = printRef(callee.ref)
    return new Thrown(
      new SyncBridgeError(`${label} stopped waiting without an answer`, { function: label }),
    )
  }
  if ('failure' in settlement) return new Thrown(atCaller(settlement.failure))
  const { outcome } = settlement
  // Also after an error: what a call did to its surroundings has happened.
  surroundings.bringBack(outcome.changes)
  if (outcome.ok) return decoded(codec, callee, outcome.value)
  return new Thrown(withBothStacks(codec.decode(outcome.error, undefined, asThrown), callee))
}

function withBothStacks(error: unknown, { ref, calledAt }: Callee): unknown {
  if (!(error instanceof Error)) return error
  // Captured now and not at the call: a stack costs more than the call, and the waiting functions are on this one.
  joinLate(error, `${ref.name} ran in another thread`, calledAt)
  return error
}

/** An error of our own was made in some callback: its stack begins where the caller waits. The user's are left alone. */
function atCaller(failure: unknown, calledAt?: Error): unknown {
  if (failure instanceof SyncBridgeError) {
    if (!calledAt) captureBeyondOwn(() => Error.captureStackTrace(failure, atCaller))
    const stack = calledAt ? headed(failure, stackOf(calledAt)) : stackOf(failure)
    if (stack !== '') failure.stack = foldStack(stack)
  }
  return failure
}

/** The frames of another error's stack below what this one says. */
function headed({ name, message }: Error, stack: string): string {
  const [first = ''] = stack.split('\n', 1)
  const frames = isFrame(first) ? stack : stack.slice(first.length + 1)
  return `${name}: ${message}\n${frames}`
}
