import type { Transferable } from 'node:worker_threads'
import { asArguments, asHandleArguments, type Codec, type Encoded } from '../codec/codec.js'
import type { WireHandle } from '../protocol.js'
import type { Runtime } from '../runtime/runtime.js'

/** @throws TransferError (SYNCBRIDGE_TRANSFER) for a call that never was, but counts as one that failed. */
export function encodeArguments(
  { statistics }: Runtime,
  codec: Codec,
  args: readonly unknown[],
  transfer: readonly Transferable[] | undefined,
  handle: WireHandle | undefined,
): Encoded {
  try {
    return codec.encodeList(args, transfer, handle ? asHandleArguments : asArguments)
  } catch (error) {
    statistics.unsent()
    throw error
  }
}
