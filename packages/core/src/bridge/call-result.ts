/** From a settlement to what the caller gets: a value, or an error as an instance of its class with both stacks. */
import type { Settlement } from '../call/call.js'
import { decodeOne, errorClassFinder, needsClasses } from '../codec/codec.js'
import { foldStack, joinStacks } from '../codec/stack.js'
import { SyncBridgeError } from '../errors.js'
import type { FunctionRef, WireValue } from '../protocol.js'
import { printRef } from '../registry/function-ref.js'
import { importNamespace, requireNamespace } from '../registry/load-function.js'
import type { Runtime } from '../runtime/runtime.js'
import type { Surroundings } from './surroundings.js'

/** Longest wait for a module whose exports may hold an error's class, in ms. */
const NAMESPACE_DEADLINE = 250

export async function resultOfAwaited(
  here: Runtime,
  surroundings: Surroundings,
  ref: FunctionRef,
  settlement: Settlement,
): Promise<unknown> {
  const error = takeSuccess(here, surroundings, settlement)
  if ('value' in error) return error.value
  let namespace: object | undefined
  if (needsClasses(error.wire, errorClassFinder(here.registry))) {
    // A module that is still being evaluated may be waiting for this very call: not for ever.
    namespace = await orTimeout(importNamespace(ref), NAMESPACE_DEADLINE)
  }
  throw rebuild(
    error.wire,
    errorClassFinder(here.registry, () => namespace),
    ref,
  )
}

export function resultOfBlocking(
  here: Runtime,
  surroundings: Surroundings,
  ref: FunctionRef,
  settlement: Settlement | undefined,
): unknown {
  if (!settlement)
    throw new SyncBridgeError(`${printRef(ref)} stopped waiting without an answer`, {
      function: printRef(ref),
    })
  const error = takeSuccess(here, surroundings, settlement)
  if ('value' in error) return error.value
  throw rebuild(
    error.wire,
    errorClassFinder(here.registry, () => requireNamespace(ref)),
    ref,
  )
}

/** The value, or the error still on the wire; what the call changed in `Local`s is here in both cases. */
function takeSuccess(
  here: Runtime,
  surroundings: Surroundings,
  settlement: Settlement,
): { value: unknown } | { wire: WireValue } {
  if ('failure' in settlement) throw atCaller(settlement.failure)
  const { outcome } = settlement
  surroundings.bringBack(outcome.changes)
  return outcome.ok
    ? { value: decodeOne(outcome.value, errorClassFinder(here.registry)) }
    : { wire: outcome.error }
}

function rebuild(
  wire: WireValue,
  findClass: ReturnType<typeof errorClassFinder>,
  ref: FunctionRef,
): unknown {
  const error = decodeOne(wire, findClass)
  if (error instanceof Error) {
    // Captured now and not at the call: a stack costs more than the call, and the waiting functions are on this one.
    const local = new Error().stack
    Object.defineProperty(error, 'stack', {
      value: joinStacks(error.stack ?? '', `${ref.name} ran in another thread`, local),
      configurable: true,
      writable: true,
    })
  }
  return error
}

/** An error of our own was made in some callback: its stack begins where the caller waits. The user's are left alone. */
function atCaller(failure: unknown): unknown {
  if (failure instanceof SyncBridgeError) {
    Error.captureStackTrace(failure, atCaller)
    failure.stack = foldStack(failure.stack ?? '')
  }
  return failure
}

async function orTimeout<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([promise, expired])
  } finally {
    clearTimeout(timer)
  }
}
