import type { Codec } from '../codec/codec.js'
import { TransferError } from '../errors.js'
import { printThrown } from '../print-thrown.js'
import type { WireValue } from '../protocol.js'

/**
 * A value of the user's that a message brings beside calls and outcomes. Its codec may throw; then that is what has come: whoever reads
 * messages here may be blocked for somebody else, and has more to read.
 */
export function decoded(codec: Codec, wire: WireValue): unknown {
  try {
    return codec.decode(wire)
  } catch (error) {
    const message = `What came from another thread can't be decoded: ${printThrown(error)}`
    return new TransferError(message, { cause: error })
  }
}
