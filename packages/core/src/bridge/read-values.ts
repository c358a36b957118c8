/** Reads the values of a call, before it is made: code of the user's may run meanwhile, and make calls of its own. */
import type { Transferable } from 'node:worker_threads'
import {
  asArguments,
  asHandleArguments,
  asMethodArguments,
  type Codec,
  type Encoded,
} from '../codec/codec.js'
import type { Scope } from '../context/scope.js'
import { afterwards } from '../runtime/afterwards.js'
import type { Runtime } from '../runtime/runtime.js'
import type { CallOptions } from './call-options.js'
import type { Callee } from './call-result.js'
import { Surroundings } from './surroundings.js'

/** What a call takes along: its arguments, and what surrounds its caller. */
export interface ReadValues {
  readonly encoded: Encoded
  readonly surroundings: Surroundings
}

/** @throws TransferError (SYNCBRIDGE_TRANSFER) for a call that never was, but counts as one that failed. */
export function readValues(
  here: Runtime,
  scope: Scope,
  codec: Codec,
  callee: Callee,
  { transfer, context }: CallOptions,
  args: readonly unknown[],
): ReadValues {
  here.making.begin(callee.ref)
  try {
    const encoded = encodeArguments(codec, args, transfer, callee)
    return { encoded, surroundings: new Surroundings(here, scope, codec, context?.cell) }
  } catch (error) {
    // The arguments may have lent functions already. Later, as the stack may be near its end.
    afterwards.then(() => codec.release())
    here.statistics.unsent()
    throw error
  } finally {
    here.making.made()
  }
}

function encodeArguments(
  codec: Codec,
  args: readonly unknown[],
  transfer: readonly Transferable[] | undefined,
  { handle, self }: Callee,
): Encoded {
  if (self) return codec.encodeList([self, ...args], transfer, asMethodArguments)
  return codec.encodeList(args, transfer, handle ? asHandleArguments : asArguments)
}
